// Score scores customers with models that were fitted elsewhere, say in Python.
//
//	go run . PURCHASES.json SPEND.json CUSTOMERS.csv > scores.csv
//
// CUSTOMERS.csv has the columns frequency, recency, T and monetary_value, in the unit of the model.
// Needs cgo, and pkg-config must find the library.
package main

/*
#cgo pkg-config: loyalty
#include <stdlib.h>
#include <loyalty.h>
*/
import "C"

import (
	"encoding/csv"
	"errors"
	"fmt"
	"log"
	"os"
	"strconv"
	"unsafe"
)

// check turns a status and the error that came with it into an error of Go.
func check(status C.loyalty_status, failure *C.loyalty_error) error {
	if status == C.LOYALTY_STATUS_OK {
		return nil
	}
	defer C.loyalty_error_free(failure)
	var message [512]C.char
	C.loyalty_error_message(failure, &message[0], C.size_t(len(message)))
	return errors.New(C.GoString(&message[0]))
}

// Models say when customers buy and how much they spend. Any number of goroutines may use them.
type Models struct {
	purchases *C.loyalty_purchase_model
	spend     *C.loyalty_spend_model
}

// Load reads both models from their files.
func Load(purchases, spend string) (*Models, error) {
	var models Models
	var failure *C.loyalty_error
	path := C.CString(purchases)
	defer C.free(unsafe.Pointer(path))
	status := C.loyalty_purchase_model_load(path, &models.purchases, &failure)
	if err := check(status, failure); err != nil {
		return nil, err
	}
	path = C.CString(spend)
	defer C.free(unsafe.Pointer(path))
	status = C.loyalty_spend_model_load(path, &models.spend, &failure)
	if err := check(status, failure); err != nil {
		models.Free()
		return nil, err
	}
	return &models, nil
}

// Free frees the models, which must not be used any more.
func (m *Models) Free() {
	C.loyalty_purchase_model_free(m.purchases)
	C.loyalty_spend_model_free(m.spend)
}

// Scores are what the models say of a customer.
type Scores struct{ Alive, Purchases, Spend float64 }

// Score scores one customer: their repeat purchases, the time of the last, their age and their mean
// spend.
// For many customers there are the _batch functions: crossing into C costs more than a score.
func (m *Models) Score(frequency uint32, recency, age, mean, horizon float64) (Scores, error) {
	x, tx, T := C.uint32_t(frequency), C.double(recency), C.double(age)
	var alive, purchases, spend C.double
	var failure *C.loyalty_error
	status := C.loyalty_purchase_model_p_alive(m.purchases, x, tx, T, &alive, &failure)
	if err := check(status, failure); err != nil {
		return Scores{}, err
	}
	status = C.loyalty_purchase_model_expected_purchases(m.purchases, x, tx, T, C.double(horizon),
		&purchases, &failure)
	if err := check(status, failure); err != nil {
		return Scores{}, err
	}
	status = C.loyalty_spend_model_expected_spend(m.spend, x, C.double(mean), &spend, &failure)
	if err := check(status, failure); err != nil {
		return Scores{}, err
	}
	return Scores{float64(alive), float64(purchases), float64(spend)}, nil
}

func run(purchases, spend, customers string) error {
	models, err := Load(purchases, spend)
	if err != nil {
		return err
	}
	defer models.Free()
	file, err := os.Open(customers)
	if err != nil {
		return err
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return err
	}
	column := map[string]int{}
	for number, name := range rows[0] {
		column[name] = number
	}
	fmt.Println("p_alive,expected_purchases_39,expected_spend")
	for _, row := range rows[1:] {
		var history [4]float64
		for place, name := range []string{"frequency", "recency", "T", "monetary_value"} {
			if history[place], err = strconv.ParseFloat(row[column[name]], 64); err != nil {
				return err
			}
		}
		scores, err := models.Score(uint32(history[0]), history[1], history[2], history[3], 39)
		if err != nil {
			return err
		}
		shortest := func(value float64) string { return strconv.FormatFloat(value, 'g', -1, 64) }
		fmt.Printf("%s,%s,%s\n", shortest(scores.Alive), shortest(scores.Purchases), shortest(scores.Spend))
	}
	return nil
}

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: score PURCHASES.json SPEND.json CUSTOMERS.csv")
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		log.Fatal(err)
	}
}
