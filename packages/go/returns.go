package loyalty

/*
#include <loyalty.h>
*/
import "C"

import "unsafe"

// ReturnPropensity says how likely order lines are to be sent back. Opened, it only scores, for any number of
// goroutines. Loaded, it belongs to one of them and moves on with what it is told: a shop has one writer that does, and
// saves.
type ReturnPropensity struct{ *handle }

func (m *ReturnPropensity) c() *C.loyalty_return_propensity {
	return (*C.loyalty_return_propensity)(m.pointer)
}

// OpenReturnPropensity is for scoring: it reads a file once in a process, and again after it has changed.
func OpenReturnPropensity(path string) (*ReturnPropensity, error) {
	var m memory
	defer m.free()
	var out *C.loyalty_return_propensity
	var failure *C.loyalty_error
	status := C.loyalty_return_propensity_open(m.text(path), &out, &failure)
	return newReturnPropensity(out, check(status, failure))
}

// LoadReturnPropensity is for the writer: it reads the file whenever it is called.
func LoadReturnPropensity(path string) (*ReturnPropensity, error) {
	var m memory
	defer m.free()
	var out *C.loyalty_return_propensity
	var failure *C.loyalty_error
	status := C.loyalty_return_propensity_load(m.text(path), &out, &failure)
	return newReturnPropensity(out, check(status, failure))
}

func newReturnPropensity(out *C.loyalty_return_propensity, err error) (*ReturnPropensity, error) {
	if err != nil {
		return nil, err
	}
	free := func(pointer unsafe.Pointer) {
		C.loyalty_return_propensity_free((*C.loyalty_return_propensity)(pointer))
	}
	return &ReturnPropensity{newHandle(unsafe.Pointer(out), free)}, nil
}

// Save writes the file, whole or not at all.
func (m *ReturnPropensity) Save(path string) error {
	defer m.keep()
	var room memory
	defer room.free()
	var failure *C.loyalty_error
	return check(C.loyalty_return_propensity_save(m.c(), room.text(path), &failure), failure)
}

// Today is the day up to which it knows everything, counted from 1970-01-01.
func (m *ReturnPropensity) Today() int32 {
	defer m.keep()
	return int32(C.loyalty_return_propensity_today(m.c()))
}

// OpenLines is how many lines may still come back.
func (m *ReturnPropensity) OpenLines() int {
	defer m.keep()
	return int(C.loyalty_return_propensity_open_lines(m.c()))
}

// Score is the probability of each line to be sent back; 0 threads are as many as the machine runs at once.
func (m *ReturnPropensity) Score(lines *Lines, threads int) ([]float64, error) {
	defer m.keep()
	defer lines.keep()
	return filled(lines.Len(), func(out *C.double, length C.size_t, failure **C.loyalty_error) C.loyalty_status {
		return C.loyalty_return_propensity_score(m.c(), lines.c(), C.size_t(threads), out, length, failure)
	})
}

// Update takes in orders, scored as they were when they came.
func (m *ReturnPropensity) Update(lines *Lines) ([]float64, error) {
	defer m.keep()
	defer lines.keep()
	return filled(lines.Len(), func(out *C.double, length C.size_t, failure **C.loyalty_error) C.loyalty_status {
		return C.loyalty_return_propensity_update(m.c(), lines.c(), out, length, failure)
	})
}

// UpdateReturns takes in returns by the ids of their lines: how many were known, and how many not.
func (m *ReturnPropensity) UpdateReturns(line IDs, time []int64, scale TimeScale) (counted, unknown int, err error) {
	defer m.keep()
	var room memory
	defer room.free()
	ids, err := room.ids(len(time), "line", line)
	if err != nil {
		return 0, 0, err
	}
	var known, not C.size_t
	var failure *C.loyalty_error
	status := C.loyalty_return_propensity_update_returns(m.c(), ids, room.integers(time), C.int32_t(scale),
		C.size_t(len(time)), &known, &not, &failure)
	return int(known), int(not), check(status, failure)
}

// Advance goes to a later day, without orders.
func (m *ReturnPropensity) Advance(day int32) error {
	defer m.keep()
	var failure *C.loyalty_error
	return check(C.loyalty_return_propensity_advance(m.c(), C.int32_t(day), &failure), failure)
}
