package loyalty

/*
#include <stdlib.h>
#include <string.h>
#include <loyalty.h>
*/
import "C"

import (
	"fmt"
	"unsafe"
)

// memory is what the structs of one call point to. It is C's own, as a struct that points to Go's would break the
// rules of cgo; free it when the call is over.
type memory struct{ blocks []unsafe.Pointer }

func (m *memory) take(bytes int) unsafe.Pointer {
	block := C.calloc(1, C.size_t(bytes)+1)
	m.blocks = append(m.blocks, block)
	return block
}

func (m *memory) free() {
	for _, block := range m.blocks {
		C.free(block)
	}
}

func copied[T any](m *memory, values []T) unsafe.Pointer {
	var one T
	block := m.take(len(values) * int(unsafe.Sizeof(one)))
	copy(unsafe.Slice((*T)(block), len(values)), values)
	return block
}

func (m *memory) doubles(values []float64) *C.double {
	return (*C.double)(copied(m, values))
}

func (m *memory) integers(values []int64) *C.int64_t {
	return (*C.int64_t)(copied(m, values))
}

func (m *memory) text(value string) *C.char {
	return (*C.char)(copied(m, append([]byte(value), 0)))
}

func (m *memory) texts(values []string) **C.char {
	places := make([]*C.char, len(values))
	block := m.take(len(values) * int(unsafe.Sizeof(places[0])))
	for place, value := range values {
		places[place] = m.text(value)
	}
	copy(unsafe.Slice((**C.char)(block), len(values)), places)
	return (**C.char)(block)
}

// IDs are a column of ids, whole numbers or text; one of both, or neither where the column is left out.
type IDs struct {
	Numbers []int64
	Text    []string
}

func (ids IDs) given() bool { return ids.Numbers != nil || ids.Text != nil }

func (m *memory) ids(rows int, name string, ids IDs) (C.loyalty_ids, error) {
	var column C.loyalty_ids
	switch {
	case ids.Numbers != nil && ids.Text != nil:
		message := fmt.Sprintf("column %q must be whole numbers or text, not both", name)
		return column, &Error{Choice, message}
	case ids.Numbers != nil:
		column.numbers = m.integers(ids.Numbers)
		return column, mustHave(rows, name, len(ids.Numbers))
	case ids.Text != nil:
		ends := []int64{0}
		var all []byte
		for _, id := range ids.Text {
			all = append(all, id...)
			ends = append(ends, int64(len(all)))
		}
		column.offsets = m.integers(ends)
		column.data = (*C.char)(copied(m, all))
		return column, mustHave(rows, name, len(ids.Text))
	}
	return column, nil
}

// mustHave holds that columns of one table have the same length: C is told it once and reads so far in each.
func mustHave(rows int, name string, length int) error {
	if length == rows {
		return nil
	}
	message := fmt.Sprintf("column \"%s\" has %d rows, but %d are expected", name, length, rows)
	return &Error{Length, message}
}

// column is one of a table's columns of numbers, and where its struct wants it.
type column struct {
	name   string
	values []float64
	place  **C.double
}

// fill points the places at copies of the columns that are given.
func (m *memory) fill(rows int, columns []column) error {
	for _, column := range columns {
		if column.values == nil {
			continue
		}
		if err := mustHave(rows, column.name, len(column.values)); err != nil {
			return err
		}
		*column.place = m.doubles(column.values)
	}
	return nil
}

// first is where an array of Go begins that C reads or fills during a call.
func first(values []float64) *C.double {
	if len(values) == 0 {
		return nil
	}
	return (*C.double)(&values[0])
}
