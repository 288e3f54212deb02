/*
 * GET /checkout?customer=7&basket=5:19.5:2,6:7.25:1     scores
 * GET /checkout?customer=7&basket=5:19.5:2&buy=1        and records the order; a shop would POST
 * GET /back?order=12&line=0                             records that a line came back
 */

'use strict';

const http = require('node:http');
const { performance } = require('node:perf_hooks');
const { LoyaltyError } = require('loyalty');
const { openStore } = require('./store');
const { Models, lineId, linesOf, readBasket, withOrder, withReturn } = require('./shop');

const store = openStore();
const models = new Models(process.env.SHOP_FOLDER);
// A changed model is read here, once in a while, and not in a request.
setInterval(() => models.reload(), 1000 * Number(process.env.SHOP_LOOKS_EVERY ?? 5));

const microseconds = (since) => Math.round(1000 * (performance.now() - since));

async function checkout(query, headers) {
  const customer = Number(query.get('customer'));
  const basket = readBasket(query.get('basket'));
  const record = await store.record(customer);
  const started = performance.now();
  const answer = models.score(customer, basket, record);
  headers['X-Scoring'] = microseconds(started);
  if (query.has('buy')) answer.order = await buy(customer, basket);
  return answer;
}

/** Records an order. The model of returns learns of it from the writer. */
function buy(customer, basket) {
  const { day } = models;
  return store.happened({ kind: 'order', customer, day, told: basket }, (record, order) => {
    const lines = linesOf(customer, basket, day, order);
    const after = withOrder(record, lines);
    lines.close();
    return after;
  });
}

async function back(query) {
  const order = Number(query.get('order'));
  const customer = await store.customerOf(order);
  if (customer === null) throw new RangeError(`there is no order ${order}`);
  const { day } = models;
  const line = lineId(order, Number(query.get('line')));
  const event = { kind: 'return', customer, day, told: line };
  await store.happened(event, (record) => withReturn(record, line, day));
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
