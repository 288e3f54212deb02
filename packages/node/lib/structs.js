/* The structs of the C header that are filled here, field by field. */

'use strict';

const { struct } = require('./native');
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

struct('loyalty_behaviour_score', {
  known: 'bool',
  labelled: 'bool',
  estimate: 'double',
  threshold: 'double',
  p_over: 'double',
  impact: 'double',
  events: 'double',
  orders: 'double',
});

module.exports = { LineColumns, OrderColumns, SummaryColumns, SummaryOptions };
