/* Compiled by tsc --strict, not run: what the types allow, and what they refuse. */

import { Behaviours, CheckOut, CustomerRecord, LoyaltyError, PurchaseModel, Status, Summary, Unit } from '..';

const purchases = PurchaseModel.open('purchases.json');
const alive: number = purchases.pAlive(2, 30.4, 38.9);
const customers = Summary.of({ frequency: [2], recency: [30.4], T: [38.9], unit: Unit.WEEK });
const many: Promise<Float64Array> = purchases.pAliveOf(customers);
const label: string | null = Behaviours.open('behaviours.json').classify([1, 2, 3]).primary;
const refused = (reason: unknown): boolean =>
  reason instanceof LoyaltyError && reason.status === Status.MODEL_FILE;

const score = CheckOut.of({ purchases, margin: 0.3 }).score(CustomerRecord.empty(), 20453);
const reason: string | undefined = score.treatment?.reason;
const worth: number = score.clv ?? 0;

// @ts-expect-error a customer may be unknown
const known: number = score.pAlive;
// @ts-expect-error a model comes from a file
new PurchaseModel();
// @ts-expect-error a count is a number
purchases.pAlive('2', 30.4, 38.9);
// @ts-expect-error T is needed
Summary.of({ frequency: [2], recency: [30.4] });
// @ts-expect-error there is no such unit
Summary.of({ frequency: [2], recency: [30.4], T: [38.9], unit: 12 });

export { alive, known, label, many, reason, refused, worth };
