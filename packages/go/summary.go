package loyalty

/*
#include <loyalty.h>
*/
import "C"

import "unsafe"

// Summary is customers by their purchases, a row each.
type Summary struct{ *handle }

func freeSummary(pointer unsafe.Pointer) { C.loyalty_summary_free((*C.loyalty_summary)(pointer)) }

func (s *Summary) c() *C.loyalty_summary { return (*C.loyalty_summary)(s.pointer) }

// Histories are the columns of a summary. MonetaryValue may be nil.
type Histories struct {
	Frequency     []float64 // repeat purchases
	Recency       []float64 // time from the first purchase to the last
	T             []float64 // time from the first purchase to the end of observation
	MonetaryValue []float64 // mean of the repeat purchases, 0 where there are none
	Unit          Unit
}

// NewSummary checks the columns and copies them.
func NewSummary(of Histories) (*Summary, error) {
	var m memory
	defer m.free()
	var columns C.loyalty_summary_columns
	C.loyalty_summary_columns_init(&columns, C.sizeof_loyalty_summary_columns)
	rows := len(of.Frequency)
	columns.rows = C.size_t(rows)
	columns.unit = C.int32_t(of.Unit)
	err := m.fill(rows, []column{
		{"frequency", of.Frequency, &columns.frequency},
		{"recency", of.Recency, &columns.recency},
		{"T", of.T, &columns.T},
		{"monetary_value", of.MonetaryValue, &columns.monetary_value},
	})
	if err != nil {
		return nil, err
	}
	var out *C.loyalty_summary
	var failure *C.loyalty_error
	status := C.loyalty_summary_new(&columns, &out, &failure)
	if err := check(status, failure); err != nil {
		return nil, err
	}
	return &Summary{newHandle(unsafe.Pointer(out), freeSummary)}, nil
}

// Orders are an order log, in any order: who, when, and how much was paid.
type Orders struct {
	Customer []int64
	Time     []int64 // on the scale
	Amount   []float64
	Scale    TimeScale
}

// Summarize counts the orders of each customer, up to the last order or, where it is not nil, to the end of
// observation in microseconds since 1970-01-01T00:00.
func (of Orders) Summarize(unit Unit, observationEnd *int64) (*Summary, error) {
	var m memory
	defer m.free()
	orders, err := of.check(&m)
	if err != nil {
		return nil, err
	}
	defer C.loyalty_orders_free(orders)
	var options C.loyalty_summary_options
	C.loyalty_summary_options_init(&options, C.sizeof_loyalty_summary_options)
	options.unit = C.int32_t(unit)
	if observationEnd != nil {
		options.observation_end = m.integers([]int64{*observationEnd})
	}
	var out *C.loyalty_summary
	var failure *C.loyalty_error
	status := C.loyalty_orders_summarize(orders, &options, &out, &failure)
	if err := check(status, failure); err != nil {
		return nil, err
	}
	return &Summary{newHandle(unsafe.Pointer(out), freeSummary)}, nil
}

func (of Orders) check(m *memory) (*C.loyalty_orders, error) {
	rows := len(of.Customer)
	var columns C.loyalty_order_columns
	C.loyalty_order_columns_init(&columns, C.sizeof_loyalty_order_columns)
	columns.rows = C.size_t(rows)
	columns.time_scale = C.int32_t(of.Scale)
	if err := mustHave(rows, "time", len(of.Time)); err != nil {
		return nil, err
	}
	columns.time = m.integers(of.Time)
	if err := m.fill(rows, []column{{"amount", of.Amount, &columns.amount}}); err != nil {
		return nil, err
	}
	var orders *C.loyalty_orders
	var failure *C.loyalty_error
	status := C.loyalty_orders_new_int(m.integers(of.Customer), &columns, &orders, &failure)
	return orders, check(status, failure)
}

// Len is the number of customers.
func (s *Summary) Len() int {
	defer s.keep()
	return int(C.loyalty_summary_len(s.c()))
}

// Frequency is the number of repeat purchases of each.
func (s *Summary) Frequency() ([]uint32, error) {
	defer s.keep()
	out := make([]uint32, s.Len()+1)
	var failure *C.loyalty_error
	status := C.loyalty_summary_frequency(s.c(), (*C.uint32_t)(&out[0]), C.size_t(len(out)-1), &failure)
	return out[:len(out)-1], check(status, failure)
}

// Recency is the time from the first purchase of each to the last.
func (s *Summary) Recency() ([]float64, error) {
	return s.column(func(out *C.double, length C.size_t, failure **C.loyalty_error) C.loyalty_status {
		return C.loyalty_summary_recency(s.c(), out, length, failure)
	})
}

// T is the time from the first purchase of each to the end of observation.
func (s *Summary) T() ([]float64, error) {
	return s.column(func(out *C.double, length C.size_t, failure **C.loyalty_error) C.loyalty_status {
		return C.loyalty_summary_T(s.c(), out, length, failure)
	})
}

// MonetaryValue is the mean of the repeat purchases of each.
func (s *Summary) MonetaryValue() ([]float64, error) {
	return s.column(func(out *C.double, length C.size_t, failure **C.loyalty_error) C.loyalty_status {
		return C.loyalty_summary_monetary_value(s.c(), out, length, failure)
	})
}

// CLV is the lifetime value of each customer: what their purchases to come are worth today. The margin is the profit
// of a unit of money; 0 threads are as many as the machine runs at once.
func (s *Summary) CLV(purchases *PurchaseModel, spend *SpendModel, discounting *Discounting, margin float64,
	threads int) ([]float64, error) {
	defer purchases.keep()
	defer spend.keep()
	defer discounting.keep()
	return s.column(func(out *C.double, length C.size_t, failure **C.loyalty_error) C.loyalty_status {
		return C.loyalty_clv(purchases.c(), spend.c(), s.c(), discounting.c(), C.double(margin),
			C.size_t(threads), out, length, failure)
	})
}

// column is what a call fills for each customer.
func (s *Summary) column(call func(*C.double, C.size_t, **C.loyalty_error) C.loyalty_status) ([]float64, error) {
	defer s.keep()
	return filled(s.Len(), call)
}

func filled(rows int, call func(*C.double, C.size_t, **C.loyalty_error) C.loyalty_status) ([]float64, error) {
	// An array of none would have no address.
	out := make([]float64, rows+1)
	var failure *C.loyalty_error
	status := call(first(out), C.size_t(rows), &failure)
	return out[:rows], check(status, failure)
}
