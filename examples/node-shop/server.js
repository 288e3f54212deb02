/*
 * GET /checkout?customer=7&basket=5:19.5:2,6:7.25:1     scores
 * GET /checkout?customer=7&basket=5:19.5:2&buy=1        and records the order; a shop would POST
 * GET /back?order=12&line=0                             records that a line came back
 */

'use strict';

const http = require('node:http');
const { performance } = require('node:perf_hooks');
const { LoyaltyError } = require('loyalty');
const { Store } = require('./store');
const { Models, lineId, readBasket } = require('./shop');

const store = new Store();
const models = new Models(process.env.SHOP_FOLDER);
// A changed model is read here, once in a while, and not in a request.
setInterval(() => models.reload(), 1000 * Number(process.env.SHOP_LOOKS_EVERY ?? 5));

const microseconds = (since) => Math.round(1000 * (performance.now() - since));

async function checkout(query, headers) {
  const customer = Number(query.get('customer'));
  const basket = readBasket(query.get('basket'));
  const history = await store.history(customer);
  const started = performance.now();
  const answer = models.score(customer, basket, history);
  headers['X-Scoring'] = microseconds(started);
  if (query.has('buy')) {
    const amount = basket.reduce((sum, line) => sum + line.price, 0);
    answer.order = await store.buy({ customer, day: models.day, amount, basket });
  }
  return answer;
}

async function back(query) {
  const line = lineId(Number(query.get('order')), Number(query.get('line')));
  await store.takeBack({ day: models.day, line });
  return { 'taken back': true };
}

async function answerTo(url, headers) {
  if (url.pathname === '/checkout') return [200, await checkout(url.searchParams, headers)];
  if (url.pathname === '/back') return [200, await back(url.searchParams)];
  return [404, { error: `there is no ${url.pathname}` }];
}

async function serve(request, response) {
  const arrived = performance.now();
  const headers = { 'Content-Type': 'application/json' };
  let answer;
  try {
    answer = await answerTo(new URL(request.url, 'http://shop'), headers);
  } catch (reason) {
    const refused = reason instanceof LoyaltyError || reason instanceof RangeError || reason instanceof TypeError;
    answer = [refused ? 400 : 500, { error: reason.message }];
  }
  headers['X-Request'] = microseconds(arrived);
  response.writeHead(answer[0], headers);
  response.end(JSON.stringify(answer[1]));
}

http.createServer(serve).listen(Number(process.env.SHOP_PORT), '127.0.0.1');
