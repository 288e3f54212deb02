/* What `require('loyalty')` gives. Columns are arrays or typed arrays, of one length within a table. */

export type Numbers = ArrayLike<number>;
/** Whole numbers: numbers up to 2^53, or bigints. */
export type Integers = ArrayLike<number | bigint>;
/** Ids of a column, all whole numbers or all text. */
export type Ids = Integers | ArrayLike<string>;

/** Why a call failed, by the numbers of `loyalty_status` in the C header. */
export const Status: {
  readonly NULL_ARGUMENT: 1;
  readonly INVALID_UTF8: 2;
  readonly PARAMETER: 3;
  readonly CHOICE: 4;
  readonly VALUE: 5;
  readonly TYPE: 6;
  readonly LENGTH: 7;
  readonly MISSING_COLUMN: 8;
  readonly REFUSED: 9;
  readonly EMPTY: 10;
  readonly UNIT: 11;
  readonly DEGENERATE: 12;
  readonly NOT_CONVERGED: 13;
  readonly CANCELLED: 14;
  readonly INFINITE: 15;
  readonly SEGMENTS: 16;
  readonly MODEL_FILE: 17;
  readonly PANIC: 18;
  readonly OTHER: 19;
  readonly TREATMENTS: 20;
  readonly UNAVAILABLE: 21;
  readonly READ_ONLY: 22;
  readonly OUT_OF_MEMORY: 23;
};

/** In what recency, T and horizons are counted. */
export const Unit: {
  readonly NONE: 0;
  readonly HOUR: 1;
  readonly DAY: 2;
  readonly WEEK: 3;
  readonly MONTH: 4;
  readonly YEAR: 5;
  readonly CALENDAR_WEEK: 6;
  readonly CALENDAR_MONTH: 7;
  readonly CALENDAR_QUARTER: 8;
  readonly CALENDAR_YEAR: 9;
};
export type Unit = (typeof Unit)[keyof typeof Unit];

/** What whole numbers of time count since 1970-01-01T00:00, wall-clock time. */
export const TimeScale: {
  readonly DAYS: 1;
  readonly SECONDS: 2;
  readonly MILLISECONDS: 3;
  readonly MICROSECONDS: 4;
  readonly NANOSECONDS: 5;
};
export type TimeScale = (typeof TimeScale)[keyof typeof TimeScale];

/** What counts as one purchase: all orders of a customer within such a period; naturally as the unit says. */
export const Occasion: {
  readonly NATURAL: 0;
  readonly EXACT: 1;
  readonly HOUR: 2;
  readonly DAY: 3;
  readonly WEEK: 4;
  readonly MONTH: 5;
  readonly QUARTER: 6;
  readonly YEAR: 7;
};
export type Occasion = (typeof Occasion)[keyof typeof Occasion];

/** What a contact with a customer is: they asked for service, did because of the shop, or it wrote to them. */
export const Contact: {
  readonly SERVICE: 0;
  readonly FIRM_CAUSED: 1;
  readonly MARKETING: 2;
};
export type Contact = (typeof Contact)[keyof typeof Contact];

/** The library's reason: the message names the file, column, row and value, and what is allowed. */
export class LoyaltyError extends Error {
  /** One of `Status`; a later library may have more. */
  readonly status: number;
}

/** An object of the library; it is freed by close(), or some time after it was forgotten. */
declare class Handle {
  protected constructor();
  close(): void;
}

/** When customers buy: a model of purchases of any kind. */
export class PurchaseModel extends Handle {
  /** Reads the file once in a process, for all its workers, and again after it has changed. */
  static open(path: string): PurchaseModel;
  /** In what its times are counted. */
  readonly unit: Unit;
  /** The probability that a customer with so many repeat purchases, the last at `recency` of `T`, still buys. */
  pAlive(frequency: number, recency: number, T: number): number;
  /** How many purchases they are expected to make within the horizon. */
  expectedPurchases(frequency: number, recency: number, T: number, horizon: number): number;
  /** P(alive) of each customer, worked out beside this thread; 0 threads are as many as there are cores. */
  pAliveOf(customers: Summary, threads?: number): Promise<Float64Array>;
  /** Expected purchases of each customer. */
  expectedPurchasesOf(customers: Summary, horizon: number, threads?: number): Promise<Float64Array>;
}

/** How much customers spend: a model of any kind. */
export class SpendModel extends Handle {
  /** Reads the file once in a process, for all its workers, and again after it has changed. */
  static open(path: string): SpendModel;
  /** What a purchase is expected to be worth, by the mean of so many. */
  expectedSpend(transactions: number, mean: number): number;
  /** The same of each customer. */
  expectedSpendOf(customers: Summary, threads?: number): Promise<Float64Array>;
}

/** How far the future of a lifetime value reaches, and what later money is worth today. */
export class Discounting extends Handle {
  /** `rate` a year, such as 0.1 for 10 %. */
  static annual(horizon: number, rate: number, unit: Unit): Discounting;
}

/** Customers by their purchases, a row each. */
export class Summary extends Handle {
  static of(columns: {
    /** Repeat purchases. */
    frequency: Numbers;
    /** Time from the first purchase to the last. */
    recency: Numbers;
    /** Time from the first purchase to the end of observation. */
    T: Numbers;
    /** Mean of the repeat purchases, 0 where there are none. */
    monetaryValue?: Numbers;
    unit?: Unit;
  }): Summary;
  /** From orders, whatever their order. */
  static ofOrders(orders: {
    customer: Integers;
    /** On the scale. */
    time: Integers;
    amount: Numbers;
    unit: Unit;
    /** Microseconds since 1970-01-01T00:00; the last order where left out. */
    observationEnd?: number | bigint;
    scale?: TimeScale;
  }): Summary;
  /** The number of customers. */
  readonly length: number;
  readonly frequency: Uint32Array;
  readonly recency: Float64Array;
  readonly T: Float64Array;
  readonly monetaryValue: Float64Array;
  /** What the purchases to come of each customer are worth today; `margin` is the profit of a unit of money. */
  clv(
    purchases: PurchaseModel,
    spend: SpendModel,
    discounting: Discounting,
    margin: number,
    threads?: number,
  ): Promise<Float64Array>;
  /** The same at once, for a few customers. */
  clvNow(
    purchases: PurchaseModel,
    spend: SpendModel,
    discounting: Discounting,
    margin: number,
  ): Float64Array;
}

/** Order lines. */
export class Lines extends Handle {
  static of(columns: {
    customer: Ids;
    product: Ids;
    /** On the scale. */
    time: Integers;
    /** Of one piece; what was paid by pieces where left out. */
    price?: Numbers;
    order?: Ids;
    /** The line's own id, by which returns find it later. */
    line?: Ids;
    /** Pieces; 1 everywhere where left out. */
    quantity?: Numbers;
    /** Of the article, as the ledger knows it. */
    category?: Ids;
    /** What was paid for the line; price by pieces where left out. */
    amount?: Numbers;
    /** The line at list price. */
    listAmount?: Numbers;
    /** Money off that the shop pays for. */
    discount?: Numbers;
    /** Money off that the maker pays back. */
    makerDiscount?: Numbers;
    /** Money off by coupons. */
    coupon?: Numbers;
    /** Share of the list price on offer in the category that day. */
    offeredDepth?: Numbers;
    /** Of the goods. */
    cost?: Numbers;
    /** Columns with levels, by their names. */
    categories?: Record<string, ArrayLike<string>>;
    /** Columns of numbers, by their names. */
    numbers?: Record<string, Numbers>;
    scale?: TimeScale;
  }): Lines;
  /** The number of lines. */
  readonly length: number;
}

/**
 * How likely order lines are to be sent back. Opened, it only scores. Loaded, it belongs to the caller and moves on with
 * what it is told: a shop has one writer that does, and saves.
 */
export class ReturnPropensity extends Handle {
  /** For scoring: reads the file once in a process, and again after it has changed. */
  static open(path: string): ReturnPropensity;
  /** For the writer: reads the file whenever it is called. */
  static load(path: string): ReturnPropensity;
  /** Writes the file, whole or not at all. */
  save(path: string): void;
  /** The day up to which it knows everything, counted from 1970-01-01. */
  readonly today: number;
  /** How many lines may still come back. */
  readonly openLines: number;
  /** The probability of each line to be sent back. */
  score(lines: Lines, threads?: number): Float64Array;
  /** Takes in orders, scored as they were when they came. */
  update(lines: Lines): Float64Array;
  /** Takes in returns by the ids of their lines: how many were known, and how many not. */
  updateReturns(line: Ids, time: Integers, scale?: TimeScale): { counted: number; unknown: number };
  /** Goes to a later day, without orders. */
  advance(day: number): void;
}

/** What is said of one customer and one behaviour. */
export interface BehaviourScore {
  /** Whether the behaviour could be looked at; otherwise all else is 0. */
  known: boolean;
  labelled: boolean;
  /** How strongly they are expected to show it. */
  estimate: number;
  /** What that is compared with. */
  threshold: number;
  /** Probability that they show it more strongly than that. */
  pOver: number;
  /** What it is expected to cost the shop in a year. */
  impact: number;
  /** Events that show it. */
  events: number;
  /** Orders in which they lie. */
  orders: number;
}

/** Costly behaviours. */
export class Behaviours extends Handle {
  /** The columns of a ledger, in their order. */
  static readonly ledgerColumns: readonly string[];
  /** The behaviours, in their order. */
  static readonly behaviours: readonly string[];
  /** Reads the file once in a process, and again after it has changed. */
  static open(path: string): Behaviours;
  /** Labels one customer by their row of the ledger; a group that is unknown is measured against all. */
  classify(
    ledger: Numbers,
    options?: { group?: string; optedOut?: boolean },
  ): { primary: string | null; scores: Record<string, BehaviourScore> };
}

/** What a ledger has learnt of the whole shop, by which the row of one customer is made alone. */
export class LedgerBasis extends Handle {
  /** Reads the file once in a process, for all its workers, and again after it has changed. */
  static open(path: string): LedgerBasis;
}

/**
 * All that a shop knows of one customer's order lines, returns and contacts, kept as bytes in its own database and moved
 * on by each order.
 */
export class CustomerRecord extends Handle {
  /** Of a customer of whom nothing is known yet. */
  static empty(): CustomerRecord;
  /** From its bytes, which a checksum guards. */
  static fromBytes(bytes: Uint8Array): CustomerRecord;
  /** Reads another record in place of this one; its memory is used again. */
  read(bytes: Uint8Array): void;
  toBytes(): Buffer;
  /** Adds lines of this customer. Lines that the record has by their own ids are not added again. */
  addLines(lines: Lines): { added: number; repeated: number };
  /** Notes that lines came back, by their ids; gives how many of the returns were not known. */
  addReturns(
    line: Ids,
    time: Integers,
    options?: {
      /** What was paid back for each; all that was paid where left out. */
      amount?: Numbers;
      scale?: TimeScale;
    },
  ): number;
  /** Adds a contact; one that is told twice counts twice. */
  addContact(contact: Contact, time: number | bigint, cost: number, scale?: TimeScale): void;
  /** Notes that the customer opted out of labels and treatments, for good. */
  optOut(): void;
  /** The number of order lines. */
  readonly length: number;
}

/** What is decided for a customer: the treatment that gains most. */
export interface Treatment {
  /** Its place in the table of treatments. */
  number: number;
  name: string;
  channel: string;
  /** Why, in one sentence with the customer's numbers. */
  reason: string;
  /** What it is expected to gain. */
  gain: number;
  /** What it works on. */
  basis: number;
  cost: number;
}

/** What is said of one customer at the check-out; what is not known is null. */
export interface CustomerScore {
  frequency: number | null;
  recency: number | null;
  T: number | null;
  monetaryValue: number | null;
  pAlive: number | null;
  /** Within the horizon. */
  expectedPurchases: number | null;
  /** Of a purchase. */
  expectedSpend: number | null;
  /** Lifetime value: in margin, or in revenue where no margin is given. */
  clv: number | null;
  /** What the customer has brought so far, by the ledger. */
  profit: number | null;
  /** The costliest behaviour of which they are labelled. */
  primary: string | null;
  behaviours: Record<string, BehaviourScore>;
  /** The probability of each line of the basket to be sent back. */
  returns: number[];
  treatment: Treatment | null;
}

/** The models by which one customer is scored in one call while they wait. */
export class CheckOut extends Handle {
  /** Copies the models; those that are left out are left out of the score. */
  static of(models: {
    purchases?: PurchaseModel;
    spend?: SpendModel;
    /** Of the ledger that the behaviours were learnt from, which need it. */
    basis?: LedgerBasis;
    behaviours?: Behaviours;
    /** The table of treatments as JSON. */
    treatments?: string;
    /** Whether it is the one that comes along, where none is given. */
    customaryTreatments?: boolean;
    /** Left out, lifetime values are in revenue, by which no treatment is weighed. */
    margin?: number;
    /** How far expected purchases and lifetime value reach, in the unit of the model of purchases; 52 if not said. */
    horizon?: number;
    /** Such as 0.1 for 10 %. */
    annualDiscountRate?: number;
    /** Whether purchases count as paid instead of net of what came back. */
    gross?: boolean;
    /** Whether the mean amount is of all purchases, the first one included. */
    includeFirst?: boolean;
    occasion?: Occasion;
  }): CheckOut;
  /** Scores a customer, who was observed until `now`. */
  score(
    record: CustomerRecord,
    now: number | bigint,
    options?: {
      /** By which the lines of the basket are scored: both or neither. */
      returns?: ReturnPropensity;
      basket?: Lines;
      /** Their peers; where they are unknown, customers are measured against all. */
      group?: string;
      scale?: TimeScale;
    },
  ): CustomerScore;
}

/** For each customer one treatment or none, so that the gains add up to as much as the capacities allow. */
export class Selection extends Handle {
  static of(table: {
    /** By treatment: the expected gain with each customer. */
    gains: Record<string, Numbers>;
    /** By name: how much there is. */
    capacities?: Record<string, number>;
    /** By capacity and treatment: what it takes; 0 where left out. */
    uses?: Record<string, Record<string, number>>;
    threads?: number;
  }): Selection;
  /** The treatment of each customer, or null. */
  readonly choice: (string | null)[];
  /** What the choice gains. */
  readonly gain: number;
  /** What no choice can exceed. */
  readonly bound: number;
}
