package loyalty

/*
#include <loyalty.h>
*/
import "C"

import "unsafe"

// LedgerBasis is what a ledger has learnt of the whole shop, by which the row of one customer is made alone.
type LedgerBasis struct{ *handle }

func (b *LedgerBasis) c() *C.loyalty_ledger_basis { return (*C.loyalty_ledger_basis)(b.pointer) }

// OpenLedgerBasis reads a file once in a process, and again after it has changed.
func OpenLedgerBasis(path string) (*LedgerBasis, error) {
	var m memory
	defer m.free()
	var out *C.loyalty_ledger_basis
	var failure *C.loyalty_error
	status := C.loyalty_ledger_basis_open(m.text(path), &out, &failure)
	if err := check(status, failure); err != nil {
		return nil, err
	}
	free := func(pointer unsafe.Pointer) { C.loyalty_ledger_basis_free((*C.loyalty_ledger_basis)(pointer)) }
	return &LedgerBasis{newHandle(unsafe.Pointer(out), free)}, nil
}

// Occasion is what counts as one purchase: all orders of a customer within such a period.
type Occasion int32

// The occasions; NaturalOccasion is as the unit says.
const (
	NaturalOccasion Occasion = C.LOYALTY_OCCASION_NATURAL
	ExactOccasion   Occasion = C.LOYALTY_OCCASION_EXACT
	HourOccasion    Occasion = C.LOYALTY_OCCASION_HOUR
	DayOccasion     Occasion = C.LOYALTY_OCCASION_DAY
	WeekOccasion    Occasion = C.LOYALTY_OCCASION_WEEK
	MonthOccasion   Occasion = C.LOYALTY_OCCASION_MONTH
	QuarterOccasion Occasion = C.LOYALTY_OCCASION_QUARTER
	YearOccasion    Occasion = C.LOYALTY_OCCASION_YEAR
)

// Models are what a check-out scores by. What is nil is left out of the score.
type Models struct {
	Purchases           *PurchaseModel
	Spend               *SpendModel
	Basis               *LedgerBasis // of the ledger that the behaviours were learnt from
	Behaviours          *Behaviours  // they need the basis
	Treatments          string       // the table of treatments as JSON
	CustomaryTreatments bool         // whether it is the one that comes along, where none is given
	Margin              *float64     // nil: lifetime values are in revenue, by which no treatment is weighed
	Horizon             float64      // in the unit of the model of purchases; 0 for 52
	AnnualDiscountRate  float64      // such as 0.1 for 10 %
	Gross               bool         // whether purchases count as paid instead of net of what came back
	IncludeFirst        bool         // whether the mean amount is of all purchases, the first one included
	Occasion            Occasion     // what counts as one purchase
}

// CheckOut scores one customer in one call, while they wait.
type CheckOut struct{ *handle }

func (o *CheckOut) c() *C.loyalty_check_out { return (*C.loyalty_check_out)(o.pointer) }

// NewCheckOut copies the models.
func NewCheckOut(of Models) (*CheckOut, error) {
	var m memory
	defer m.free()
	var options C.loyalty_check_out_options
	C.loyalty_check_out_options_init(&options, C.sizeof_loyalty_check_out_options)
	if of.Purchases != nil {
		defer of.Purchases.keep()
		options.purchases = of.Purchases.c()
	}
	if of.Spend != nil {
		defer of.Spend.keep()
		options.spend = of.Spend.c()
	}
	if of.Basis != nil {
		defer of.Basis.keep()
		options.basis = of.Basis.c()
	}
	if of.Behaviours != nil {
		defer of.Behaviours.keep()
		options.behaviours = of.Behaviours.c()
	}
	if of.Treatments != "" {
		options.treatments = m.text(of.Treatments)
	}
	if of.Margin != nil {
		options.margin = m.doubles([]float64{*of.Margin})
	}
	if of.Horizon != 0 {
		options.horizon = C.double(of.Horizon)
	}
	options.customary_treatments = C.bool(of.CustomaryTreatments)
	options.annual_discount_rate = C.double(of.AnnualDiscountRate)
	options.gross, options.include_first = C.bool(of.Gross), C.bool(of.IncludeFirst)
	options.occasion = C.int32_t(of.Occasion)
	var out *C.loyalty_check_out
	var failure *C.loyalty_error
	status := C.loyalty_check_out_new(&options, &out, &failure)
	if err := check(status, failure); err != nil {
		return nil, err
	}
	free := func(pointer unsafe.Pointer) { C.loyalty_check_out_free((*C.loyalty_check_out)(pointer)) }
	return &CheckOut{newHandle(unsafe.Pointer(out), free)}, nil
}

// CustomerAt is a customer at the check-out.
type CustomerAt struct {
	Record  *CustomerRecord
	Now     int64 // until when they were observed, on the scale
	Scale   TimeScale
	Group   string            // their peers; "" or unknown: all customers
	Returns *ReturnPropensity // scores the lines of the basket: both or neither
	Basket  *Lines
}

// Treatment is what is decided for a customer: that which gains most.
type Treatment struct {
	Number        int // its place in the table
	Name, Channel string
	Reason        string  // why, in one sentence with the customer's numbers
	Gain          float64 // what it is expected to gain
	Basis         float64 // what it works on
	Cost          float64
}

// CustomerScore is what is said of a customer at the check-out. Where something is not known its numbers are 0.
type CustomerScore struct {
	PurchasesKnown         bool // Frequency to PAlive
	ExpectedPurchasesKnown bool
	ValueKnown             bool // ExpectedSpend and CLV
	LedgerKnown            bool // Profit
	Frequency              uint32
	Recency, T             float64
	MonetaryValue          float64
	PAlive                 float64
	ExpectedPurchases      float64 // within the horizon
	ExpectedSpend          float64
	CLV                    float64
	Profit                 float64
	Label                  Label
	Returns                []float64  // the probability of each line of the basket to be sent back
	Treatment              *Treatment // nil where nothing gains anything
}

// Score scores one customer.
func (o *CheckOut) Score(of CustomerAt) (CustomerScore, error) {
	defer o.keep()
	defer of.Record.keep()
	var m memory
	defer m.free()
	group := (*C.char)(nil)
	if of.Group != "" {
		group = m.text(of.Group)
	}
	var returns *C.loyalty_return_propensity
	if of.Returns != nil {
		defer of.Returns.keep()
		returns = of.Returns.c()
	}
	var basket *C.loyalty_lines
	lines := 0
	if of.Basket != nil {
		defer of.Basket.keep()
		basket, lines = of.Basket.c(), of.Basket.Len()
	}
	var found C.loyalty_customer_score
	C.loyalty_customer_score_init(&found, C.sizeof_loyalty_customer_score)
	behaviours := make([]C.loyalty_behaviour_score, len(BehaviourNames))
	back := make([]float64, lines)
	var failure *C.loyalty_error
	status := C.loyalty_check_out_score(o.c(), of.Record.c(), group, C.int64_t(of.Now), C.int32_t(of.Scale), returns,
		basket, &found, &behaviours[0], C.size_t(len(behaviours)), first(back), C.size_t(lines), &failure)
	if err := check(status, failure); err != nil {
		return CustomerScore{}, err
	}
	score := scoreOf(&found)
	score.Label, score.Returns = labelOf(found.primary, behaviours), back
	if found.treatment < 0 {
		return score, nil
	}
	treatment, err := o.treatment(&found)
	score.Treatment = treatment
	return score, err
}

func scoreOf(found *C.loyalty_customer_score) CustomerScore {
	return CustomerScore{
		PurchasesKnown:         bool(found.purchases_known),
		ExpectedPurchasesKnown: bool(found.expected_purchases_known),
		ValueKnown:             bool(found.value_known),
		LedgerKnown:            bool(found.ledger_known),
		Frequency:              uint32(found.frequency),
		Recency:                float64(found.recency),
		T:                      float64(found.T),
		MonetaryValue:          float64(found.monetary_value),
		PAlive:                 float64(found.p_alive),
		ExpectedPurchases:      float64(found.expected_purchases),
		ExpectedSpend:          float64(found.expected_spend),
		CLV:                    float64(found.clv),
		Profit:                 float64(found.profit),
	}
}

func (o *CheckOut) treatment(found *C.loyalty_customer_score) (*Treatment, error) {
	var name, channel [256]C.char
	var reason [1024]C.char
	var failure *C.loyalty_error
	status := C.loyalty_check_out_treatment(o.c(), found, &name[0], C.size_t(len(name)), &channel[0],
		C.size_t(len(channel)), &reason[0], C.size_t(len(reason)), &failure)
	if err := check(status, failure); err != nil {
		return nil, err
	}
	return &Treatment{int(found.treatment), C.GoString(&name[0]), C.GoString(&channel[0]), C.GoString(&reason[0]),
		float64(found.treatment_gain), float64(found.treatment_basis), float64(found.treatment_cost)}, nil
}
