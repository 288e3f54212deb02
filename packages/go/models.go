package loyalty

/*
#include <loyalty.h>
*/
import "C"

import "unsafe"

// PurchaseModel says when customers buy, by a model of any kind.
type PurchaseModel struct{ *handle }

func (m *PurchaseModel) c() *C.loyalty_purchase_model { return (*C.loyalty_purchase_model)(m.pointer) }

// OpenPurchaseModel reads a file once in a process, and again after it has changed.
func OpenPurchaseModel(path string) (*PurchaseModel, error) {
	var m memory
	defer m.free()
	var out *C.loyalty_purchase_model
	var failure *C.loyalty_error
	status := C.loyalty_purchase_model_open(m.text(path), &out, &failure)
	if err := check(status, failure); err != nil {
		return nil, err
	}
	free := func(pointer unsafe.Pointer) { C.loyalty_purchase_model_free((*C.loyalty_purchase_model)(pointer)) }
	return &PurchaseModel{newHandle(unsafe.Pointer(out), free)}, nil
}

// Unit is in what the model's times are counted.
func (m *PurchaseModel) Unit() Unit {
	defer m.keep()
	return Unit(C.loyalty_purchase_model_unit(m.c()))
}

// PAlive is the probability that a customer with so many repeat purchases, the last at recency of T, still buys.
func (m *PurchaseModel) PAlive(frequency uint32, recency, T float64) (float64, error) {
	defer m.keep()
	var out C.double
	var failure *C.loyalty_error
	status := C.loyalty_purchase_model_p_alive(m.c(), C.uint32_t(frequency), C.double(recency), C.double(T),
		&out, &failure)
	return float64(out), check(status, failure)
}

// ExpectedPurchases is how many purchases they are expected to make within the horizon.
func (m *PurchaseModel) ExpectedPurchases(frequency uint32, recency, T, horizon float64) (float64, error) {
	defer m.keep()
	var out C.double
	var failure *C.loyalty_error
	status := C.loyalty_purchase_model_expected_purchases(m.c(), C.uint32_t(frequency), C.double(recency),
		C.double(T), C.double(horizon), &out, &failure)
	return float64(out), check(status, failure)
}

// PAliveOf is P(alive) of each customer; 0 threads are as many as the machine runs at once.
func (m *PurchaseModel) PAliveOf(customers *Summary, threads int) ([]float64, error) {
	defer m.keep()
	return customers.column(func(out *C.double, length C.size_t, failure **C.loyalty_error) C.loyalty_status {
		return C.loyalty_purchase_model_p_alive_batch(m.c(), customers.c(), C.size_t(threads), out, length,
			failure)
	})
}

// ExpectedPurchasesOf is the number of purchases that each customer is expected to make within the horizon.
func (m *PurchaseModel) ExpectedPurchasesOf(customers *Summary, horizon float64, threads int) ([]float64, error) {
	defer m.keep()
	return customers.column(func(out *C.double, length C.size_t, failure **C.loyalty_error) C.loyalty_status {
		return C.loyalty_purchase_model_expected_purchases_batch(m.c(), customers.c(), C.double(horizon),
			C.size_t(threads), out, length, failure)
	})
}

// SpendModel says how much customers spend, by a model of any kind.
type SpendModel struct{ *handle }

func (m *SpendModel) c() *C.loyalty_spend_model { return (*C.loyalty_spend_model)(m.pointer) }

// OpenSpendModel reads a file once in a process, and again after it has changed.
func OpenSpendModel(path string) (*SpendModel, error) {
	var m memory
	defer m.free()
	var out *C.loyalty_spend_model
	var failure *C.loyalty_error
	status := C.loyalty_spend_model_open(m.text(path), &out, &failure)
	if err := check(status, failure); err != nil {
		return nil, err
	}
	free := func(pointer unsafe.Pointer) { C.loyalty_spend_model_free((*C.loyalty_spend_model)(pointer)) }
	return &SpendModel{newHandle(unsafe.Pointer(out), free)}, nil
}

// ExpectedSpend is what a purchase is expected to be worth, by the mean of so many.
func (m *SpendModel) ExpectedSpend(transactions uint32, mean float64) (float64, error) {
	defer m.keep()
	var out C.double
	var failure *C.loyalty_error
	status := C.loyalty_spend_model_expected_spend(m.c(), C.uint32_t(transactions), C.double(mean), &out,
		&failure)
	return float64(out), check(status, failure)
}

// ExpectedSpendOf is the same of each customer.
func (m *SpendModel) ExpectedSpendOf(customers *Summary, threads int) ([]float64, error) {
	defer m.keep()
	return customers.column(func(out *C.double, length C.size_t, failure **C.loyalty_error) C.loyalty_status {
		return C.loyalty_spend_model_expected_spend_batch(m.c(), customers.c(), C.size_t(threads), out, length,
			failure)
	})
}

// Discounting says how far the future of a lifetime value reaches, and what later money is worth today.
type Discounting struct{ *handle }

func (d *Discounting) c() *C.loyalty_discounting { return (*C.loyalty_discounting)(d.pointer) }

// Annual discounts by a rate a year, such as 0.1 for 10 %.
func Annual(horizon, rate float64, unit Unit) (*Discounting, error) {
	var out *C.loyalty_discounting
	var failure *C.loyalty_error
	status := C.loyalty_discounting_annual(C.double(horizon), C.double(rate), C.int32_t(unit), &out, &failure)
	if err := check(status, failure); err != nil {
		return nil, err
	}
	free := func(pointer unsafe.Pointer) { C.loyalty_discounting_free((*C.loyalty_discounting)(pointer)) }
	return &Discounting{newHandle(unsafe.Pointer(out), free)}, nil
}
