// Package loyalty scores customers with models that were fitted elsewhere, say in Python: P(alive), expected
// purchases, lifetime value, returns of a basket, costly behaviours, and whom to treat.
//
// It needs cgo, and pkg-config must find the C library. Any number of goroutines may use an object at the same time;
// the exceptions are a ReturnPropensity and a CustomerRecord that are told of orders. Objects are freed by Close, or
// some time after they were forgotten; one that is closed answers with an error.
package loyalty

/*
#cgo pkg-config: loyalty
#include <loyalty.h>
*/
import "C"

import (
	"runtime"
	"unsafe"
)

// Status says why a call failed, by the numbers of loyalty_status in the C header.
type Status int32

// The kinds of reasons. Later libraries may have more.
const (
	NullArgument  Status = C.LOYALTY_STATUS_NULL_ARGUMENT
	InvalidUTF8   Status = C.LOYALTY_STATUS_INVALID_UTF8
	Parameter     Status = C.LOYALTY_STATUS_PARAMETER
	Choice        Status = C.LOYALTY_STATUS_CHOICE
	Value         Status = C.LOYALTY_STATUS_VALUE
	Type          Status = C.LOYALTY_STATUS_TYPE
	Length        Status = C.LOYALTY_STATUS_LENGTH
	MissingColumn Status = C.LOYALTY_STATUS_MISSING_COLUMN
	Refused       Status = C.LOYALTY_STATUS_REFUSED
	Empty         Status = C.LOYALTY_STATUS_EMPTY
	UnitMismatch  Status = C.LOYALTY_STATUS_UNIT
	Degenerate    Status = C.LOYALTY_STATUS_DEGENERATE
	NotConverged  Status = C.LOYALTY_STATUS_NOT_CONVERGED
	Cancelled     Status = C.LOYALTY_STATUS_CANCELLED
	Infinite      Status = C.LOYALTY_STATUS_INFINITE
	Segments      Status = C.LOYALTY_STATUS_SEGMENTS
	ModelFile     Status = C.LOYALTY_STATUS_MODEL_FILE
	Panic         Status = C.LOYALTY_STATUS_PANIC
	Other         Status = C.LOYALTY_STATUS_OTHER
	Treatments    Status = C.LOYALTY_STATUS_TREATMENTS
	Unavailable   Status = C.LOYALTY_STATUS_UNAVAILABLE
	ReadOnly      Status = C.LOYALTY_STATUS_READ_ONLY
	OutOfMemory   Status = C.LOYALTY_STATUS_OUT_OF_MEMORY
)

// Unit is in what recency, T and horizons are counted.
type Unit int32

// The units.
const (
	NoUnit          Unit = C.LOYALTY_UNIT_NONE
	Hour            Unit = C.LOYALTY_UNIT_HOUR
	Day             Unit = C.LOYALTY_UNIT_DAY
	Week            Unit = C.LOYALTY_UNIT_WEEK
	Month           Unit = C.LOYALTY_UNIT_MONTH
	Year            Unit = C.LOYALTY_UNIT_YEAR
	CalendarWeek    Unit = C.LOYALTY_UNIT_CALENDAR_WEEK
	CalendarMonth   Unit = C.LOYALTY_UNIT_CALENDAR_MONTH
	CalendarQuarter Unit = C.LOYALTY_UNIT_CALENDAR_QUARTER
	CalendarYear    Unit = C.LOYALTY_UNIT_CALENDAR_YEAR
)

// TimeScale is what whole numbers of time count since 1970-01-01T00:00, wall-clock time.
type TimeScale int32

// The scales.
const (
	Days         TimeScale = C.LOYALTY_TIME_SCALE_DAYS
	Seconds      TimeScale = C.LOYALTY_TIME_SCALE_SECONDS
	Milliseconds TimeScale = C.LOYALTY_TIME_SCALE_MILLISECONDS
	Microseconds TimeScale = C.LOYALTY_TIME_SCALE_MICROSECONDS
	Nanoseconds  TimeScale = C.LOYALTY_TIME_SCALE_NANOSECONDS
)

// Error is the library's reason: the message names the file, column, row and value, and what is allowed.
type Error struct {
	Status  Status
	Message string
}

func (e *Error) Error() string { return e.Message }

// check turns a status and what came with it into an error of Go.
func check(status C.loyalty_status, failure *C.loyalty_error) error {
	if status == C.LOYALTY_STATUS_OK {
		return nil
	}
	defer C.loyalty_error_free(failure)
	var message [1024]C.char
	C.loyalty_error_message(failure, &message[0], C.size_t(len(message)))
	return &Error{Status(status), C.GoString(&message[0])}
}

// handle is an object of C and how it is freed.
type handle struct {
	pointer unsafe.Pointer
	free    func(unsafe.Pointer)
}

func newHandle(pointer unsafe.Pointer, free func(unsafe.Pointer)) *handle {
	h := &handle{pointer, free}
	runtime.SetFinalizer(h, (*handle).Close)
	return h
}

// Close frees the object, which must not be in use. Closing it again does nothing.
func (h *handle) Close() {
	if h.pointer != nil {
		h.free(h.pointer)
		h.pointer = nil
		runtime.SetFinalizer(h, nil)
	}
}

// keep holds the object open until here, however soon the collector thinks that it is forgotten.
func (h *handle) keep() { runtime.KeepAlive(h) }
