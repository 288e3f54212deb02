package loyalty

/*
#include <loyalty.h>
*/
import "C"

import "unsafe"

// Contact is what a contact with a customer is.
type Contact int32

// The kinds of contacts.
const (
	Service    Contact = C.LOYALTY_CONTACT_SERVICE     // the customer asked for service
	FirmCaused Contact = C.LOYALTY_CONTACT_FIRM_CAUSED // they did because of the shop: a late delivery, a defect
	Marketing  Contact = C.LOYALTY_CONTACT_MARKETING   // the shop wrote to them
)

// CustomerRecord is all that a shop knows of one customer's order lines, returns and contacts, kept as bytes in its own
// database and moved on by each order. While it moves on, no other goroutine may use it.
type CustomerRecord struct{ *handle }

func (r *CustomerRecord) c() *C.loyalty_customer_record {
	return (*C.loyalty_customer_record)(r.pointer)
}

// NewCustomerRecord is of a customer of whom nothing is known yet.
func NewCustomerRecord() (*CustomerRecord, error) {
	var out *C.loyalty_customer_record
	var failure *C.loyalty_error
	if err := check(C.loyalty_customer_record_new(&out, &failure), failure); err != nil {
		return nil, err
	}
	free := func(pointer unsafe.Pointer) {
		C.loyalty_customer_record_free((*C.loyalty_customer_record)(pointer))
	}
	return &CustomerRecord{newHandle(unsafe.Pointer(out), free)}, nil
}

// Read reads another record in place of this one; its memory is used again. A checksum guards the bytes.
func (r *CustomerRecord) Read(bytes []byte) error {
	defer r.keep()
	var failure *C.loyalty_error
	status := C.loyalty_customer_record_read(r.c(), firstByte(bytes), C.size_t(len(bytes)), &failure)
	return check(status, failure)
}

// Bytes are what a database keeps.
func (r *CustomerRecord) Bytes() ([]byte, error) {
	defer r.keep()
	var length C.size_t
	var failure *C.loyalty_error
	status := C.loyalty_customer_record_write(r.c(), nil, 0, &length, &failure)
	if err := check(status, failure); err != nil {
		return nil, err
	}
	bytes := make([]byte, length)
	status = C.loyalty_customer_record_write(r.c(), firstByte(bytes), length, &length, &failure)
	return bytes, check(status, failure)
}

// AddLines adds lines of this customer: how many were new, and how many the record had by their own ids.
func (r *CustomerRecord) AddLines(lines *Lines) (added, repeated int, err error) {
	defer r.keep()
	defer lines.keep()
	var news, known C.size_t
	var failure *C.loyalty_error
	status := C.loyalty_customer_record_add_lines(r.c(), lines.c(), &news, &known, &failure)
	return int(news), int(known), check(status, failure)
}

// AddReturns notes that lines came back, by their ids, and what was paid back for each, nil for all that was paid. It
// gives how many of the returns were not known.
func (r *CustomerRecord) AddReturns(line IDs, time []int64, amount []float64, scale TimeScale) (news int, err error) {
	defer r.keep()
	var room memory
	defer room.free()
	ids, err := room.ids(len(time), "line", line)
	if err != nil {
		return 0, err
	}
	var amounts *C.double
	if err := room.fill(len(time), []column{{"amount", amount, &amounts}}); err != nil {
		return 0, err
	}
	var count C.size_t
	var failure *C.loyalty_error
	status := C.loyalty_customer_record_add_returns(r.c(), ids, room.integers(time), C.int32_t(scale), amounts,
		C.size_t(len(time)), &count, &failure)
	return int(count), check(status, failure)
}

// AddContact adds a contact; one that is told twice counts twice.
func (r *CustomerRecord) AddContact(contact Contact, time int64, scale TimeScale, cost float64) error {
	defer r.keep()
	var failure *C.loyalty_error
	status := C.loyalty_customer_record_add_contact(r.c(), C.int32_t(contact), C.int64_t(time), C.int32_t(scale),
		C.double(cost), &failure)
	return check(status, failure)
}

// OptOut notes that the customer opted out of labels and treatments, for good.
func (r *CustomerRecord) OptOut() error {
	defer r.keep()
	var failure *C.loyalty_error
	return check(C.loyalty_customer_record_opt_out(r.c(), &failure), failure)
}

// Len is the number of order lines.
func (r *CustomerRecord) Len() int {
	defer r.keep()
	return int(C.loyalty_customer_record_len(r.c()))
}

func firstByte(bytes []byte) *C.uint8_t {
	if len(bytes) == 0 {
		return nil
	}
	return (*C.uint8_t)(&bytes[0])
}
