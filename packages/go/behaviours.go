package loyalty

/*
#include <loyalty.h>
*/
import "C"

import "unsafe"

// Behaviours label customers by their rows of the ledger.
type Behaviours struct{ *handle }

func (m *Behaviours) c() *C.loyalty_behaviours { return (*C.loyalty_behaviours)(m.pointer) }

// OpenBehaviours reads a file once in a process, and again after it has changed.
func OpenBehaviours(path string) (*Behaviours, error) {
	var m memory
	defer m.free()
	var out *C.loyalty_behaviours
	var failure *C.loyalty_error
	status := C.loyalty_behaviours_open(m.text(path), &out, &failure)
	if err := check(status, failure); err != nil {
		return nil, err
	}
	free := func(pointer unsafe.Pointer) { C.loyalty_behaviours_free((*C.loyalty_behaviours)(pointer)) }
	return &Behaviours{newHandle(unsafe.Pointer(out), free)}, nil
}

// LedgerColumns are the columns of a ledger, in their order.
var LedgerColumns = ledgerColumns()

// BehaviourNames are the behaviours, in their order.
var BehaviourNames = behaviourNames()

func ledgerColumns() []string {
	return names(int(C.loyalty_ledger_column_count()), func(place C.size_t, buffer *C.char, length C.size_t) {
		C.loyalty_ledger_column_name(place, buffer, length, nil, nil)
	})
}

func behaviourNames() []string {
	return names(int(C.loyalty_behaviour_count()), func(place C.size_t, buffer *C.char, length C.size_t) {
		C.loyalty_behaviour_name(place, buffer, length, nil, nil)
	})
}

func names(count int, name func(C.size_t, *C.char, C.size_t)) []string {
	all := make([]string, count)
	for place := range all {
		var buffer [64]C.char
		name(C.size_t(place), &buffer[0], C.size_t(len(buffer)))
		all[place] = C.GoString(&buffer[0])
	}
	return all
}

// BehaviourScore is what is said of one customer and one behaviour.
type BehaviourScore struct {
	Behaviour      string
	Known          bool    // whether it could be looked at; otherwise all else is 0
	Labelled       bool    //
	Estimate       float64 // how strongly they are expected to show it
	Threshold      float64 // what that is compared with
	POver          float64 // probability that they show it more strongly than that
	Impact         float64 // what it is expected to cost the shop in a year
	Events, Orders float64 // events that show it, and orders in which they lie
}

// Label is the behaviours of one customer. Primary is the costliest of which they are labelled, "" for none.
type Label struct {
	Primary string
	Scores  []BehaviourScore
}

// Peers says with whom a customer is compared, and whether they have opted out of labels.
type Peers struct {
	Group    string // "" or unknown: all customers
	OptedOut bool
}

// Classify labels one customer by their row of the ledger, in the order of LedgerColumns.
func (m *Behaviours) Classify(ledger []float64, peers Peers) (Label, error) {
	defer m.keep()
	var room memory
	defer room.free()
	groups := (**C.char)(nil)
	if peers.Group != "" {
		groups = room.texts([]string{peers.Group})
	}
	opted := C.bool(peers.OptedOut)
	scores := make([]C.loyalty_behaviour_score, len(BehaviourNames))
	var primary C.int32_t
	var failure *C.loyalty_error
	status := C.loyalty_behaviours_classify(m.c(), first(ledger), 1, C.size_t(len(ledger)), groups, &opted,
		&scores[0], C.size_t(len(scores)), &primary, &failure)
	if err := check(status, failure); err != nil {
		return Label{}, err
	}
	return labelOf(primary, scores), nil
}

func labelOf(primary C.int32_t, scores []C.loyalty_behaviour_score) Label {
	label := Label{Scores: make([]BehaviourScore, len(scores))}
	for place, s := range scores {
		label.Scores[place] = BehaviourScore{
			BehaviourNames[place], bool(s.known), bool(s.labelled), float64(s.estimate), float64(s.threshold),
			float64(s.p_over), float64(s.impact), float64(s.events), float64(s.orders),
		}
	}
	if primary >= 0 {
		label.Primary = BehaviourNames[primary]
	}
	return label
}
