package loyalty

/*
#include <loyalty.h>
*/
import "C"

import (
	"fmt"
	"unsafe"
)

// Table says what treatments gain and take.
type Table struct {
	Gains      [][]float64 // by treatment and customer: the expected gain
	Capacities []float64   // how much there is
	Uses       [][]float64 // by capacity and treatment: what it takes
	Threads    int         // 0 for as many as the machine runs at once
}

// Selection is for each customer one treatment or none, so that the gains add up to as much as the capacities allow.
type Selection struct {
	Choice []int32 // by customer: the treatment's place, or -1
	Gain   float64 // what the choice gains
	Bound  float64 // what no choice can exceed
}

// Select chooses.
func Select(table Table) (*Selection, error) {
	treatments := len(table.Gains)
	rows := 0
	if treatments > 0 {
		rows = len(table.Gains[0])
	}
	var gains, uses []float64
	for place, of := range table.Gains {
		if err := mustHave(rows, fmt.Sprintf("gains of %d", place), len(of)); err != nil {
			return nil, err
		}
		gains = append(gains, of...)
	}
	if err := mustHave(len(table.Capacities), "uses", len(table.Uses)); err != nil {
		return nil, err
	}
	for place, of := range table.Uses {
		if err := mustHave(treatments, fmt.Sprintf("uses of %d", place), len(of)); err != nil {
			return nil, err
		}
		uses = append(uses, of...)
	}
	var m memory
	defer m.free()
	var out *C.loyalty_selection
	var failure *C.loyalty_error
	status := C.loyalty_select(m.doubles(gains), C.size_t(rows), C.size_t(treatments), first(table.Capacities),
		C.size_t(len(table.Capacities)), m.doubles(uses), C.size_t(table.Threads), &out, &failure)
	if err := check(status, failure); err != nil {
		return nil, err
	}
	defer C.loyalty_selection_free(out)
	selection := &Selection{make([]int32, rows), float64(C.loyalty_selection_gain(out)),
		float64(C.loyalty_selection_bound(out))}
	status = C.loyalty_selection_choice(out, (*C.int32_t)(unsafe.Pointer(&selection.Choice[0])),
		C.size_t(rows), &failure)
	return selection, check(status, failure)
}
