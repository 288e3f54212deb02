/* The structs of the C header that are filled here, field by field. */

'use strict';

const { koffi, struct } = require('./native');
const { structOf } = require('./memory');

function declared(name, fields) {
  struct(name, fields);
  return structOf({ name, fields });
}

const SummaryColumns = declared('loyalty_summary_columns', {
  struct_size: 'size_t',
  rows: 'size_t',
  frequency: 'const double *',
  recency: 'const double *',
  T: 'const double *',
  monetary_value: 'const double *',
  total_amount: 'const double *',
  sum_ln_gaps: 'const double *',
  weights: 'const double *',
  customer: 'const int64_t *',
  unit: 'int32_t',
  includes_first: 'bool',
});

const OrderColumns = declared('loyalty_order_columns', {
  struct_size: 'size_t',
  rows: 'size_t',
  time: 'const int64_t *',
  time_scale: 'int32_t',
  invalid: 'int32_t',
  amount: 'const double *',
  customer_present: 'const bool *',
  time_present: 'const bool *',
  amount_present: 'const bool *',
});

const SummaryOptions = declared('loyalty_summary_options', {
  struct_size: 'size_t',
  unit: 'int32_t',
  occasion: 'int32_t',
  observation_end: 'const int64_t *',
  include_first: 'bool',
});

const LineColumns = declared('loyalty_line_columns', {
  struct_size: 'size_t',
  rows: 'size_t',
  customer: 'loyalty_ids',
  product: 'loyalty_ids',
  order: 'loyalty_ids',
  line: 'loyalty_ids',
  time: 'const int64_t *',
  price: 'const double *',
  quantity: 'const double *',
  returned: 'const double *',
  return_time: 'const int64_t *',
  return_time_present: 'const bool *',
  categories: 'const loyalty_ids *',
  category_count: 'size_t',
  numbers: 'const double *const *',
  number_count: 'size_t',
  time_scale: 'int32_t',
  category_names: 'const char *const *',
  number_names: 'const char *const *',
  category: 'loyalty_ids',
  amount: 'const double *',
  list_amount: 'const double *',
  discount: 'const double *',
  maker_discount: 'const double *',
  coupon: 'const double *',
  coupon_used: 'const bool *',
  offered_depth: 'const double *',
  cost: 'const double *',
  returned_amount: 'const double *',
});

const CheckOutOptions = declared('loyalty_check_out_options', {
  struct_size: 'size_t',
  purchases: 'const loyalty_purchase_model *',
  spend: 'const loyalty_spend_model *',
  basis: 'const loyalty_ledger_basis *',
  behaviours: 'const loyalty_behaviours *',
  treatments: 'const char *',
  customary_treatments: 'bool',
  gross: 'bool',
  include_first: 'bool',
  occasion: 'int32_t',
  horizon: 'double',
  annual_discount_rate: 'double',
  margin: 'const double *',
});

/** A struct that C fills: how long it is, and where its fields are. */
function read(name, fields) {
  struct(name, fields);
  const places = Object.keys(fields).map((field) => [field, koffi.offsetof(name, field)]);
  return { size: koffi.sizeof(name), at: Object.fromEntries(places) };
}

const BehaviourScore = read('loyalty_behaviour_score', {
  known: 'bool',
  labelled: 'bool',
  estimate: 'double',
  threshold: 'double',
  p_over: 'double',
  impact: 'double',
  events: 'double',
  orders: 'double',
});

const CustomerScore = read('loyalty_customer_score', {
  struct_size: 'size_t',
  purchases_known: 'bool',
  expected_purchases_known: 'bool',
  value_known: 'bool',
  ledger_known: 'bool',
  frequency: 'uint32_t',
  recency: 'double',
  T: 'double',
  monetary_value: 'double',
  p_alive: 'double',
  expected_purchases: 'double',
  expected_spend: 'double',
  clv: 'double',
  profit: 'double',
  primary: 'int32_t',
  treatment: 'int32_t',
  treatment_gain: 'double',
  treatment_basis: 'double',
  treatment_cost: 'double',
});

module.exports = {
  BehaviourScore,
  CheckOutOptions,
  CustomerScore,
  LineColumns,
  OrderColumns,
  SummaryColumns,
  SummaryOptions,
};
