/* The numbers of the C header. */

'use strict';

const Status = Object.freeze({
  NULL_ARGUMENT: 1,
  INVALID_UTF8: 2,
  PARAMETER: 3,
  CHOICE: 4,
  VALUE: 5,
  TYPE: 6,
  LENGTH: 7,
  MISSING_COLUMN: 8,
  REFUSED: 9,
  EMPTY: 10,
  UNIT: 11,
  DEGENERATE: 12,
  NOT_CONVERGED: 13,
  CANCELLED: 14,
  INFINITE: 15,
  SEGMENTS: 16,
  MODEL_FILE: 17,
  PANIC: 18,
  OTHER: 19,
  TREATMENTS: 20,
  UNAVAILABLE: 21,
  READ_ONLY: 22,
  OUT_OF_MEMORY: 23,
});

const Unit = Object.freeze({
  NONE: 0,
  HOUR: 1,
  DAY: 2,
  WEEK: 3,
  MONTH: 4,
  YEAR: 5,
  CALENDAR_WEEK: 6,
  CALENDAR_MONTH: 7,
  CALENDAR_QUARTER: 8,
  CALENDAR_YEAR: 9,
});

const TimeScale = Object.freeze({
  DAYS: 1,
  SECONDS: 2,
  MILLISECONDS: 3,
  MICROSECONDS: 4,
  NANOSECONDS: 5,
});

const Occasion = Object.freeze({
  NATURAL: 0,
  EXACT: 1,
  HOUR: 2,
  DAY: 3,
  WEEK: 4,
  MONTH: 5,
  QUARTER: 6,
  YEAR: 7,
});

const Contact = Object.freeze({ SERVICE: 0, FIRM_CAUSED: 1, MARKETING: 2 });

module.exports = { Contact, Occasion, Status, TimeScale, Unit };
