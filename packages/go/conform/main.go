// Conform writes what this package says of the golden models, for scripts/check-languages to compare with the golden
// files.
//
//	cd golden && conform OUT
package main

import (
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"sync"

	loyalty "github.com/loyalty-rs/loyalty/packages/go"
)

// must gives a value, or ends the program with the error that came in its place.
func must[T any](value T, err error) T {
	if err != nil {
		log.Output(2, err.Error())
		os.Exit(1)
	}
	return value
}

func hold(held bool, what string) {
	if !held {
		log.Output(2, "must hold: "+what)
		os.Exit(1)
	}
}

// columns are those of a table of numbers, by their names.
func columns(path string) map[string][]float64 {
	file := must(os.Open(path))
	defer file.Close()
	rows := must(csv.NewReader(file).ReadAll())
	table := map[string][]float64{}
	for place, name := range rows[0] {
		for _, row := range rows[1:] {
			table[name] = append(table[name], must(strconv.ParseFloat(row[place], 64)))
		}
	}
	return table
}

type column struct {
	name   string
	values []float64
}

func write(path string, table []column) {
	var text strings.Builder
	for place, column := range table {
		if place > 0 {
			text.WriteByte(',')
		}
		text.WriteString(column.name)
	}
	for row := range table[0].values {
		for place, column := range table {
			if place == 0 {
				text.WriteByte('\n')
			} else {
				text.WriteByte(',')
			}
			text.WriteString(strconv.FormatFloat(column.values[row], 'g', -1, 64))
		}
	}
	text.WriteByte('\n')
	must(0, os.WriteFile(path, []byte(text.String()), 0o644))
}

func scores(out string) {
	golden := columns("scores.csv")
	purchases := must(loyalty.OpenPurchaseModel("bg_nbd.json"))
	spend := must(loyalty.OpenSpendModel("gamma_gamma.json"))
	year := must(loyalty.Annual(52, 0.1, loyalty.Week))
	customers := must(loyalty.NewSummary(loyalty.Histories{
		Frequency: golden["frequency"], Recency: golden["recency"], T: golden["T"],
		MonetaryValue: golden["monetary_value"], Unit: purchases.Unit(),
	}))
	var alive, expected, spent []float64
	for row, frequency := range golden["frequency"] {
		x, last, T := uint32(frequency), golden["recency"][row], golden["T"][row]
		alive = append(alive, must(purchases.PAlive(x, last, T)))
		expected = append(expected, must(purchases.ExpectedPurchases(x, last, T, 39)))
		spent = append(spent, must(spend.ExpectedSpend(x, golden["monetary_value"][row])))
	}
	hold(reflect.DeepEqual(must(purchases.PAliveOf(customers, 1)), alive), "P(alive) of many")
	hold(reflect.DeepEqual(must(purchases.ExpectedPurchasesOf(customers, 39, 0)), expected), "purchases of many")
	hold(reflect.DeepEqual(must(spend.ExpectedSpendOf(customers, 2)), spent), "spend of many")
	value := must(customers.CLV(purchases, spend, year, 0.3, 1))
	write(filepath.Join(out, "scores.csv"), []column{
		{"p_alive", alive}, {"expected_purchases_39", expected}, {"expected_spend", spent},
		{"clv_52_annual_10_percent", value},
	})
}

func labels(out string) {
	golden := columns("behaviours.csv")
	behaviours := must(loyalty.OpenBehaviours("behaviours.json"))
	table := []column{{name: "primary"}}
	for _, name := range loyalty.BehaviourNames {
		table = append(table, column{name: "p_over_" + name}, column{name: "impact_" + name})
	}
	for row := range golden["orders"] {
		var ledger []float64
		for _, name := range loyalty.LedgerColumns {
			ledger = append(ledger, golden[name][row])
		}
		label := must(behaviours.Classify(ledger, loyalty.Peers{}))
		primary := -1
		for place, score := range label.Scores {
			table[2*place+1].values = append(table[2*place+1].values, score.POver)
			table[2*place+2].values = append(table[2*place+2].values, score.Impact)
			if score.Behaviour == label.Primary {
				primary = place
			}
		}
		table[0].values = append(table[0].values, float64(primary))
	}
	write(filepath.Join(out, "behaviours.csv"), table)
}

func whole(numbers ...int64) loyalty.IDs { return loyalty.IDs{Numbers: numbers} }

func basket(day int32) *loyalty.Lines {
	d := int64(day)
	return must(loyalty.NewLines(loyalty.LineColumns{
		Customer: whole(3, 3, 99), Product: whole(5, 6, 7), Order: whole(900, 900, 901),
		Line: whole(9001, 9002, 9003), Time: []int64{d, d, d}, Price: []float64{19.5, 7.25, 19.5},
		Scale: loyalty.Days,
	}))
}

func history() []column {
	customers := must(loyalty.Orders{
		Customer: []int64{1, 2, 1, 3, 1, 2}, Time: []int64{0, 3, 14, 9, 40, 45},
		Amount: []float64{10, 20, 30, 5, 50, 7.5}, Scale: loyalty.Days,
	}.Summarize(loyalty.Week, nil))
	var frequency []float64
	for _, x := range must(customers.Frequency()) {
		frequency = append(frequency, float64(x))
	}
	return []column{
		{"frequency", frequency}, {"recency", must(customers.Recency())}, {"T", must(customers.T())},
		{"monetary_value", must(customers.MonetaryValue())},
	}
}

func returns(out string) []column {
	model := must(loyalty.LoadReturnPropensity("return_propensity.json"))
	today, open := model.Today(), model.OpenLines()
	before := must(model.Score(basket(today), 1))
	hold(reflect.DeepEqual(must(model.Update(basket(today))), before), "scored as it is taken in")
	hold(model.OpenLines() == open+3, "three lines are open")
	day := int64(today)
	counted, unknown, err := model.UpdateReturns(whole(9001, 4711), []int64{day, day}, loyalty.Days)
	hold(must(counted, err) == 1 && unknown == 1, "one return is of a known line")
	must(0, model.Advance(today+1))
	after := must(model.Score(basket(today+1), 1))
	moved := filepath.Join(out, "moved.json")
	must(0, model.Save(moved))
	again := must(loyalty.OpenReturnPropensity(moved))
	hold(reflect.DeepEqual(must(again.Score(basket(today+1), 0)), after), "a saved model scores alike")
	return []column{{"before", before}, {"after", after}}
}

func decision() []column {
	selection := must(loyalty.Select(loyalty.Table{
		Gains: [][]float64{{50, 40, 15}, {20, 10, 0}}, Capacities: []float64{2}, Uses: [][]float64{{1, 0}},
	}))
	hold(selection.Bound == selection.Gain, "the choice is the best")
	var choice, gain []float64
	for _, place := range selection.Choice {
		choice = append(choice, float64(place))
		gain = append(gain, selection.Gain)
	}
	return []column{{"choice", choice}, {"gain", gain}}
}

func checkOut(treatments string) (*loyalty.CheckOut, error) {
	margin := 0.3
	return loyalty.NewCheckOut(loyalty.Models{
		Purchases: must(loyalty.OpenPurchaseModel("bg_nbd.json")), Spend: must(loyalty.OpenSpendModel("gamma_gamma.json")),
		Basis: must(loyalty.OpenLedgerBasis("ledger_basis.json")), Behaviours: must(loyalty.OpenBehaviours("behaviours.json")),
		Treatments: treatments, CustomaryTreatments: true, Margin: &margin, AnnualDiscountRate: 0.1,
	})
}

// customers scores each golden customer in one call, and writes the sentences of what is decided for them.
func customers(out string) {
	const end = 1767139199999999 // the last microsecond of the golden ledger
	models := must(checkOut(""))
	model := must(loyalty.OpenReturnPropensity("return_propensity.json"))
	lines := basket(model.Today())
	alone := must(model.Score(lines, 1))
	record := must(loyalty.NewCustomerRecord())
	table := []column{{name: "p_alive"}, {name: "expected_purchases"}, {name: "expected_spend"}, {name: "clv"},
		{name: "primary"}, {name: "treatment"}, {name: "treatment_gain"}, {name: "treatment_cost"}}
	var said strings.Builder
	for _, row := range strings.Split(strings.TrimSpace(string(must(os.ReadFile("check_out.csv")))), "\n")[1:] {
		bytes := must(hex.DecodeString(row[:strings.Index(row, ",")]))
		must(0, record.Read(bytes))
		hold(reflect.DeepEqual(must(record.Bytes()), bytes), "a record has the bytes that it was read from")
		score := must(models.Score(loyalty.CustomerAt{
			Record: record, Now: end, Scale: loyalty.Microseconds, Returns: model, Basket: lines}))
		hold(reflect.DeepEqual(score.Returns, alone), "the basket is scored as it is alone")
		hold(score.PurchasesKnown && score.ValueKnown && score.LedgerKnown, "all is known")
		primary := -1
		for place, name := range loyalty.BehaviourNames {
			if name == score.Label.Primary {
				primary = place
			}
		}
		chosen := loyalty.Treatment{Number: -1}
		if score.Treatment == nil {
			said.WriteString("none\n")
		} else {
			chosen = *score.Treatment
			fmt.Fprintf(&said, "%s, %s: %s\n", chosen.Name, chosen.Channel, chosen.Reason)
		}
		for place, value := range []float64{score.PAlive, score.ExpectedPurchases, score.ExpectedSpend, score.CLV,
			float64(primary), float64(chosen.Number), chosen.Gain, chosen.Cost} {
			table[place].values = append(table[place].values, value)
		}
	}
	write(filepath.Join(out, "check_out.csv"), table)
	must(0, os.WriteFile(filepath.Join(out, "treatments.txt"), []byte(said.String()), 0o644))
}

// record is what an order, a return and a contact make of an empty one.
func record(out string) {
	lines := must(loyalty.NewLines(loyalty.LineColumns{
		Customer: whole(3, 3, 3), Product: whole(5, 6, 7), Order: whole(900, 900, 900), Line: whole(9001, 9002, 9003),
		Category: loyalty.IDs{Text: []string{"shoes", "socks", "shoes"}}, Time: []int64{20450, 20450, 20450},
		Scale: loyalty.Days, Amount: []float64{39, 7.25, 19.5}, Quantity: []float64{2, 1, 1},
		ListAmount: []float64{45, 7.25, 25}, Discount: []float64{4, 0, 5.5}, MakerDiscount: []float64{2, 0, 0},
		Coupon: []float64{0, 0, 0}, OfferedDepth: []float64{0.1, 0, 0.25}, Cost: []float64{20, 3, 11},
	}))
	of := must(loyalty.NewCustomerRecord())
	added, repeated, err := of.AddLines(lines)
	hold(err == nil && added == 3 && repeated == 0, "three lines are added")
	added, repeated, err = of.AddLines(lines)
	hold(err == nil && added == 0 && repeated == 3, "told twice they are known")
	back := must(of.AddReturns(whole(9002, 9003), []int64{20455, 20455}, []float64{7.25, 10}, loyalty.Days))
	again := must(of.AddReturns(whole(9003), []int64{20456}, nil, loyalty.Days))
	hold(back == 2 && again == 0, "two lines came back, of which one is told again")
	must(0, of.AddContact(loyalty.FirmCaused, 20453, loyalty.Days, 4.5))
	must(0, of.OptOut())
	hold(of.Len() == 3, "a record of three lines")
	models := must(loyalty.NewCheckOut(loyalty.Models{
		Purchases: must(loyalty.OpenPurchaseModel("bg_nbd.json")), Gross: true}))
	score := must(models.Score(loyalty.CustomerAt{Record: of, Now: 20460, Scale: loyalty.Days}))
	hold(score.PurchasesKnown && !score.ValueKnown && score.Treatment == nil, "opted out")
	text := hex.EncodeToString(must(of.Bytes())) + "\n"
	must(0, os.WriteFile(filepath.Join(out, "record.txt"), []byte(text), 0o644))
}

func second[T any](_ T, err error) error { return err }

// lines says why a line that these columns describe is refused; the columns left out are good.
func lines(change func(*loyalty.LineColumns)) (*loyalty.Lines, error) {
	columns := loyalty.LineColumns{
		Customer: whole(1), Product: whole(2), Time: []int64{3}, Price: []float64{1}, Scale: loyalty.Days,
	}
	change(&columns)
	return loyalty.NewLines(columns)
}

func refusals(out string) {
	purchases := must(loyalty.OpenPurchaseModel("bg_nbd.json"))
	spend := must(loyalty.OpenSpendModel("gamma_gamma.json"))
	model := must(loyalty.OpenReturnPropensity("return_propensity.json"))
	behaviours := must(loyalty.OpenBehaviours("behaviours.json"))
	broken := make([]float64, len(loyalty.LedgerColumns))
	broken[0] = math.NaN()
	nobody := must(loyalty.NewCustomerRecord())
	text := must(lines(func(of *loyalty.LineColumns) {
		of.Customer, of.Product = loyalty.IDs{Text: []string{"a"}}, loyalty.IDs{Text: []string{"b"}}
		of.Time[0] = int64(model.Today())
	}))
	cases := []error{
		second(loyalty.OpenPurchaseModel("absent.json")),
		second(loyalty.OpenPurchaseModel("gamma_gamma.json")),
		second(loyalty.OpenSpendModel("bg_nbd.json")),
		second(loyalty.OpenReturnPropensity("behaviours.json")),
		second(loyalty.OpenBehaviours("return_propensity.json")),
		second(purchases.PAlive(2, 50, 40)),
		second(purchases.PAlive(2, math.NaN(), 40)),
		second(purchases.ExpectedPurchases(2, 30, 40, -1)),
		second(spend.ExpectedSpend(3, -5)),
		second(loyalty.Annual(52, -2, loyalty.Week)),
		second(loyalty.NewSummary(loyalty.Histories{
			Frequency: []float64{1}, Recency: []float64{2}, T: []float64{1}})),
		second(loyalty.NewSummary(loyalty.Histories{
			Frequency: []float64{1, 2}, Recency: []float64{2, 3}, T: []float64{4}})),
		second(lines(func(of *loyalty.LineColumns) { of.Price[0] = -1 })),
		second(model.Score(text, 1)),
		second(model.Update(basket(model.Today()))),
		second(behaviours.Classify([]float64{1, 2, 3}, loyalty.Peers{})),
		second(behaviours.Classify(broken, loyalty.Peers{})),
		second(loyalty.Select(loyalty.Table{Gains: [][]float64{{}}})),
		second(loyalty.Select(loyalty.Table{Gains: [][]float64{{50, math.NaN()}}})),
		second(loyalty.Select(loyalty.Table{
			Gains: [][]float64{{50}}, Capacities: []float64{-1}, Uses: [][]float64{{1}}})),
		second(loyalty.OpenLedgerBasis("behaviours.json")),
		must(loyalty.NewCustomerRecord()).Read([]byte("LOYR")),
		second(nobody.AddReturns(whole(9), []int64{20453}, nil, loyalty.Days)),
		nobody.AddContact(loyalty.Service, 30, loyalty.Days, math.NaN()),
		second(checkOut("[]")),
		second(must(checkOut("")).Score(loyalty.CustomerAt{
			Record: nobody, Now: 20453, Scale: loyalty.Days, Returns: model})),
		second(must(loyalty.NewCheckOut(loyalty.Models{Behaviours: behaviours})).Score(loyalty.CustomerAt{
			Record: nobody, Now: 20453, Scale: loyalty.Days})),
	}
	var said strings.Builder
	for number, err := range cases {
		refusal, ok := err.(*loyalty.Error)
		hold(ok, fmt.Sprintf("case %d is refused", number))
		fmt.Fprintf(&said, "%d: %s\n", refusal.Status, refusal.Message)
	}
	must(0, os.WriteFile(filepath.Join(out, "refusals.txt"), []byte(said.String()), 0o644))
}

// goAlone is what only Go can be told: objects that are closed, and that the collector takes.
func goAlone() {
	purchases := must(loyalty.OpenPurchaseModel("bg_nbd.json"))
	purchases.Close()
	purchases.Close()
	_, err := purchases.PAlive(2, 30, 40)
	refusal, ok := err.(*loyalty.Error)
	hold(ok && refusal.Status == loyalty.NullArgument, "a closed model answers with an error")
	_, err = lines(func(of *loyalty.LineColumns) { of.Order = loyalty.IDs{Numbers: []int64{1}, Text: []string{"a"}} })
	hold(err != nil && err.(*loyalty.Error).Status == loyalty.Choice, "ids are of one type")
	// Text ids and columns of the shop's own.
	shop := must(lines(func(of *loyalty.LineColumns) {
		of.Customer = loyalty.IDs{Text: []string{"ä"}}
		of.Categories = map[string][]string{"size": {"XL"}, "colour": {"red"}}
		of.Numbers = map[string][]float64{"age": {2.5}, "weight": {1}}
	}))
	hold(shop.Len() == 1, "a line with columns of the shop")
	for round := 0; round < 1000; round++ {
		must(loyalty.OpenPurchaseModel("bg_nbd.json"))
	}
	runtime.GC()
}

// goroutines share one model, and all get the same bits.
func goroutines() {
	golden := columns("scores.csv")
	purchases := must(loyalty.OpenPurchaseModel("bg_nbd.json"))
	model := must(loyalty.OpenReturnPropensity("return_propensity.json"))
	expected := must(model.Score(basket(model.Today()), 1))
	var all sync.WaitGroup
	for goroutine := 0; goroutine < 50; goroutine++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for row, frequency := range golden["frequency"] {
				x, last, T := uint32(frequency), golden["recency"][row], golden["T"][row]
				hold(must(purchases.PAlive(x, last, T)) == golden["p_alive"][row], "the same in goroutines")
			}
			lines := basket(model.Today())
			defer lines.Close()
			hold(reflect.DeepEqual(must(model.Score(lines, 1)), expected), "returns in goroutines")
		}()
	}
	all.Wait()
}

func main() {
	log.SetFlags(log.Lshortfile)
	out := os.Args[1]
	scores(out)
	labels(out)
	write(filepath.Join(out, "checkout.csv"), append(append(history(), returns(out)...), decision()...))
	customers(out)
	record(out)
	goAlone()
	goroutines()
	refusals(out)
}
