package loyalty

/*
#include <loyalty.h>
*/
import "C"

import (
	"sort"
	"unsafe"
)

// LineColumns are order lines: who ordered what, when, and for how much.
type LineColumns struct {
	Customer, Product IDs
	Order             IDs       // which order a line belongs to; may be left out
	Line              IDs       // the line's own id, by which returns find it later; may be left out
	Time              []int64   // on the scale
	Price             []float64 // of one piece
	Quantity          []float64 // pieces; nil for 1 everywhere
	Category          IDs       // of the article, as the ledger knows it; may be left out
	Amount            []float64 // what was paid for the line; nil for price by pieces
	ListAmount        []float64 // the line at list price
	Discount          []float64 // money off that the shop pays for
	MakerDiscount     []float64 // money off that the maker pays back
	Coupon            []float64 // money off by coupons
	OfferedDepth      []float64 // share of the list price on offer in the category that day
	Cost              []float64 // of the goods
	Scale             TimeScale
	Categories        map[string][]string  // columns with levels, by their names
	Numbers           map[string][]float64 // columns of numbers, by their names
}

// Lines are checked order lines.
type Lines struct{ *handle }

func (l *Lines) c() *C.loyalty_lines { return (*C.loyalty_lines)(l.pointer) }

// NewLines checks the columns and copies them.
func NewLines(of LineColumns) (*Lines, error) {
	var m memory
	defer m.free()
	var columns C.loyalty_line_columns
	C.loyalty_line_columns_init(&columns, C.sizeof_loyalty_line_columns)
	if err := of.fill(&m, &columns); err != nil {
		return nil, err
	}
	var out *C.loyalty_lines
	var failure *C.loyalty_error
	status := C.loyalty_lines_new(&columns, &out, &failure)
	if err := check(status, failure); err != nil {
		return nil, err
	}
	free := func(pointer unsafe.Pointer) { C.loyalty_lines_free((*C.loyalty_lines)(pointer)) }
	return &Lines{newHandle(unsafe.Pointer(out), free)}, nil
}

func (of *LineColumns) fill(m *memory, columns *C.loyalty_line_columns) error {
	rows := len(of.Time)
	columns.rows = C.size_t(rows)
	columns.time_scale = C.int32_t(of.Scale)
	columns.time = m.integers(of.Time)
	ids := []struct {
		name  string
		of    IDs
		place *C.loyalty_ids
	}{
		{"customer", of.Customer, &columns.customer},
		{"product", of.Product, &columns.product},
		{"order", of.Order, &columns.order},
		{"line", of.Line, &columns.line},
		{"category", of.Category, &columns.category},
	}
	for _, column := range ids {
		filled, err := m.ids(rows, column.name, column.of)
		if err != nil {
			return err
		}
		*column.place = filled
	}
	err := m.fill(rows, []column{
		{"price", of.Price, &columns.price},
		{"quantity", of.Quantity, &columns.quantity},
		{"amount", of.Amount, &columns.amount},
		{"list_amount", of.ListAmount, &columns.list_amount},
		{"discount", of.Discount, &columns.discount},
		{"maker_discount", of.MakerDiscount, &columns.maker_discount},
		{"coupon", of.Coupon, &columns.coupon},
		{"offered_depth", of.OfferedDepth, &columns.offered_depth},
		{"cost", of.Cost, &columns.cost},
	})
	if err != nil {
		return err
	}
	if err := of.fillCategories(m, rows, columns); err != nil {
		return err
	}
	return of.fillNumbers(m, rows, columns)
}

func (of *LineColumns) fillCategories(m *memory, rows int, columns *C.loyalty_line_columns) error {
	names := sorted(of.Categories)
	levels := make([]C.loyalty_ids, len(names))
	for place, name := range names {
		var err error
		if levels[place], err = m.ids(rows, name, IDs{Text: of.Categories[name]}); err != nil {
			return err
		}
	}
	columns.category_count = C.size_t(len(names))
	columns.categories = (*C.loyalty_ids)(copied(m, levels))
	columns.category_names = m.texts(names)
	return nil
}

func (of *LineColumns) fillNumbers(m *memory, rows int, columns *C.loyalty_line_columns) error {
	names := sorted(of.Numbers)
	numbers := make([]*C.double, len(names))
	for place, name := range names {
		if err := mustHave(rows, name, len(of.Numbers[name])); err != nil {
			return err
		}
		numbers[place] = m.doubles(of.Numbers[name])
	}
	columns.number_count = C.size_t(len(names))
	columns.numbers = (**C.double)(copied(m, numbers))
	columns.number_names = m.texts(names)
	return nil
}

// sorted are the names in one order, which a map does not have.
func sorted[T any](columns map[string]T) []string {
	names := make([]string, 0, len(columns))
	for name := range columns {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Len is the number of lines.
func (l *Lines) Len() int {
	defer l.keep()
	return int(C.loyalty_lines_len(l.c()))
}
