"""What a report says, in English and in German."""

from __future__ import annotations

from loyalty._display.locale import Language

__all__ = ["WORDS"]

#: Sentences by their keys; what stands in braces is put in, already written in the language.
WORDS: dict[str, dict[Language, str]] = {
    "title": {"en": "Customers on {day}", "de": "Kunden am {day}"},
    "title_undated": {"en": "Customers", "de": "Kunden"},
    "period": {
        "en": "Orders from {first} to {last}",
        "de": "Bestellungen vom {first} bis zum {last}",
    },
    "money_in": {"en": "money in {currency}", "de": "Geldbeträge in {currency}"},
    "money_unknown": {"en": "the currency is not stated", "de": "die Währung ist nicht angegeben"},
    "year": {"en": "in the coming year", "de": "im kommenden Jahr"},
    "ahead": {"en": "in the next {count} {unit}", "de": "in den nächsten {count} {unit}"},
    "net": {"en": "purchases net of what came back", "de": "Käufe abzüglich dessen, was zurückkam"},
    # Tiles
    "customers": {"en": "Customers", "de": "Kunden"},
    "repeaters": {
        "en": "{count} bought more than once",
        "de": "{count} haben mehr als einmal gekauft",
    },
    "active": {"en": "Expected to buy {year}", "de": "Kaufen voraussichtlich {year}"},
    "active_share": {"en": "{share} of all customers", "de": "{share} aller Kunden"},
    "orders_ahead": {"en": "Orders {year}", "de": "Bestellungen {year}"},
    "value_ahead": {"en": "Value {year}", "de": "Wert {year}"},
    "range": {"en": "{low} to {high}", "de": "{low} bis {high}"},
    "no_range": {"en": "no range: {why}", "de": "keine Spanne: {why}"},
    "not_converged": {
        "en": "the models have no errors of their estimates",
        "de": "die Modelle kennen keine Fehler ihrer Schätzung",
    },
    "test_tile": {"en": "Forecast error in a test", "de": "Prognosefehler im Test"},
    "test_tile_note": {"en": "orders of {count} {unit}", "de": "Bestellungen von {count} {unit}"},
    "range_expectation": {
        "en": "Ranges are of {level}: they say how far the estimates of the models leave the expectation open. "
        "Chance, and what no model knows, such as a new season or campaign, come on top.",
        "de": "Spannen zu {level}: sie sagen, wie weit die Schätzung der Modelle die Erwartung offen lässt. "
        "Zufall und was kein Modell weiß, etwa eine neue Saison oder Kampagne, kommen hinzu.",
    },
    "range_unknown": {
        "en": "What has no range is of a model whose errors are not known: its fit ended at a boundary, "
        "or it was given and not fitted.",
        "de": "Was keine Spanne hat, ist von einem Modell, dessen Fehler nicht bekannt sind: seine Anpassung endete "
        "an einem Rand, oder es wurde vorgegeben.",
    },
    "range_prediction": {
        "en": "Ranges are of {level}: what the estimates of the models leave open, and chance. "
        "What no model knows, such as a new season or campaign, comes on top.",
        "de": "Spannen zu {level}: was die Schätzung der Modelle offen lässt, und der Zufall. "
        "Was kein Modell weiß, etwa eine neue Saison oder Kampagne, kommt hinzu.",
    },
    "value_margin": {
        "en": "Value is contribution margin ({margin} of what is paid), discounted at {rate} a year.",
        "de": "Wert ist Deckungsbeitrag ({margin} des Bezahlten), abgezinst mit {rate} im Jahr.",
    },
    "value_margins": {
        "en": "Value is contribution margin, by a margin of each customer, discounted at {rate} a year.",
        "de": "Wert ist Deckungsbeitrag nach der Marge jedes Kunden, abgezinst mit {rate} im Jahr.",
    },
    "value_revenue": {
        "en": "No margin is known: value is revenue, discounted at {rate} a year.",
        "de": "Es ist keine Marge bekannt: Wert ist Umsatz, abgezinst mit {rate} im Jahr.",
    },
    # Sections
    "data": {"en": "What was in the data", "de": "Was in den Daten stand"},
    "data_rows": {
        "en": "{kept} of {rows} rows are purchases that count.",
        "de": "{kept} von {rows} Zeilen sind Käufe, die zählen.",
    },
    "data_all": {"en": "Nothing was left out.", "de": "Nichts wurde ausgelassen."},
    "data_summary": {
        "en": "A summary of {customers} customers was scored; of its log nothing is known.",
        "de": "Bewertet wurde eine Zusammenfassung von {customers} Kunden; von deren Bestellungen ist nichts bekannt.",
    },
    "data_credits": {
        "en": "{rows} rows give money back, {money} in all; {matched} of it was matched to purchases.",
        "de": "{rows} Zeilen geben Geld zurück, insgesamt {money}; davon wurden {matched} Käufen zugeordnet.",
    },
    "data_came_back": {
        "en": "{count} purchases came back as a whole and do not count; {customers} customers sent back all they "
        "bought and are not scored.",
        "de": "{count} Käufe kamen ganz zurück und zählen nicht; {customers} Kunden haben alles zurückgeschickt und "
        "sind nicht bewertet.",
    },
    "data_join": {
        "en": "{matched} of {rows} rows of the {table} name a customer of the orders.",
        "de": "{matched} von {rows} Zeilen der {table} nennen einen Kunden der Bestellungen.",
    },
    "reason": {"en": "Left out or mended", "de": "Ausgelassen oder ergänzt"},
    "column": {"en": "Column", "de": "Spalte"},
    "rows": {"en": "Rows", "de": "Zeilen"},
    "segments": {"en": "Segments", "de": "Segmente"},
    "segment": {"en": "Segment", "de": "Segment"},
    "share_of_customers": {"en": "Share", "de": "Anteil"},
    "orders": {"en": "Orders each", "de": "Bestellungen je Kunde"},
    "total_monetary": {"en": "Paid so far", "de": "Bisher bezahlt"},
    "share_of_monetary": {"en": "Share", "de": "Anteil"},
    "value": {"en": "Value ahead", "de": "Künftiger Wert"},
    "segments_note": {
        "en": "Segments go by how recently and how often customers bought.",
        "de": "Segmente richten sich danach, wie kürzlich und wie oft Kunden gekauft haben.",
    },
    "top_share": {
        "en": "The best tenth of the customers make up {share} of the value ahead.",
        "de": "Das beste Zehntel der Kunden macht {share} des künftigen Werts aus.",
    },
    "best": {"en": "The best customers", "de": "Die besten Kunden"},
    "customer": {"en": "Customer", "de": "Kunde"},
    "p_alive": {"en": "Still a customer", "de": "Noch Kunde"},
    "expected_purchases": {"en": "Orders ahead", "de": "Künftige Bestellungen"},
    "expected_spend": {"en": "Per order", "de": "Je Bestellung"},
    "total_amount": {"en": "Paid so far", "de": "Bisher bezahlt"},
    "losing": {"en": "About to be lost", "de": "Vor dem Absprung"},
    "losing_note": {
        "en": "Those with at least two orders who paid most, of whom it is open whether they are still customers "
        "(10% to 60%). {count} customers are in this state; they have paid {money}.",
        "de": "Die mit mindestens zwei Bestellungen, die am meisten bezahlt haben und von denen offen ist, ob sie noch "
        "Kunden sind (10 % bis 60 %). {count} Kunden sind in dieser Lage; sie haben {money} bezahlt.",
    },
    "losing_note_plain": {
        "en": "Those who ordered most, of whom it is open whether they are still customers (10% to 60%). "
        "{count} customers are in this state.",
        "de": "Die mit den meisten Bestellungen, von denen offen ist, ob sie noch Kunden sind (10 % bis 60 %). "
        "{count} Kunden sind in dieser Lage.",
    },
    "nobody": {"en": "Nobody is in this state.", "de": "Niemand ist in dieser Lage."},
    "silent": {"en": "Silent for", "de": "Ohne Bestellung seit"},
    "cohorts": {"en": "Who buys again", "de": "Wer wieder kauft"},
    "cohorts_note": {
        "en": "Of the customers whose first order lies in a {period}, the share who bought in each {period} after it, "
        "in per cent.",
        "de": "Anteil der Kunden mit erster Bestellung in einem {period}, die in jedem {period} danach gekauft "
        "haben, in Prozent.",
    },
    "cohorts_open": {
        "en": "The last {period} is not over yet.",
        "de": "Der letzte Wert jeder Zeile umfasst noch nicht die ganze Zeit.",
    },
    "net_note": {
        "en": "Purchases count net of what came back, as everywhere on this page.",
        "de": "Käufe zählen abzüglich dessen, was zurückkam, wie überall auf dieser Seite.",
    },
    "gross_note": {
        "en": "Purchases count as they were paid, before returns, as everywhere on this page.",
        "de": "Käufe zählen, wie sie bezahlt wurden, vor Retouren, wie überall auf dieser Seite.",
    },
    "cohort": {"en": "First order", "de": "Erste Bestellung"},
    "month": {"en": "month", "de": "Monat"},
    "quarter": {"en": "quarter", "de": "Quartal"},
    "calendar_year": {"en": "year", "de": "Jahr"},
    "forecast": {"en": "How good the forecast is", "de": "Wie gut die Prognose ist"},
    "test": {
        "en": "A test: fitted to the orders until {split}, the {model} forecast {expected} orders of these customers "
        "for the {count} {unit} after it; they made {actual}. The forecast was {error} {direction}.",
        "de": "Ein Test: Angepasst an die Bestellungen bis zum {split}, sagte das {model}-Modell für die {count} "
        "{unit} danach {expected} Bestellungen dieser Kunden voraus; es wurden {actual}. Die Prognose lag {error} "
        "{direction}.",
    },
    "test_money": {
        "en": "In money it expected {expected}; they paid {actual}: {error} {direction}.",
        "de": "In Geld erwartete es {expected}; bezahlt wurden {actual}: {error} {direction}.",
    },
    "test_each": {
        "en": "An order was {actual_each} on average, where {expected_each} was expected and {each_before} had been "
        "usual. The {count} customers who paid most made {few} of the money.",
        "de": "Eine Bestellung betrug im Mittel {actual_each}; erwartet waren {expected_each}, zuvor waren es "
        "{each_before}. Die {count} Kunden, die am meisten bezahlten, machten {few} des Geldes aus.",
    },
    "too_high": {"en": "too high", "de": "zu hoch"},
    "too_low": {"en": "too low", "de": "zu niedrig"},
    "chart": {
        "en": "Repeat orders per {period} of customers known by {split}: made and expected by a model that saw the "
        "orders to the left of the line",
        "de": "Wiederholte Bestellungen je {period} der bis zum {split} bekannten Kunden: gemacht und erwartet von "
        "einem Modell, das die Bestellungen links der Linie gesehen hat",
    },
    "actual": {"en": "made", "de": "gemacht"},
    "expected": {"en": "expected", "de": "erwartet"},
    "split": {"en": "forecast from here", "de": "ab hier Prognose"},
    "figures": {"en": "The figures of the chart", "de": "Die Zahlen des Bildes"},
    "end": {"en": "Until", "de": "Bis"},
    "returns": {"en": "Returns", "de": "Retouren"},
    "returns_note": {
        "en": "{back} came back, {share} of all that was paid.",
        "de": "{back} kamen zurück, {share} von allem, was bezahlt wurde.",
    },
    "returns_loss": {
        "en": "They cost {loss}, lost margin included.",
        "de": "Sie kosteten {loss}, entgangene Marge eingerechnet.",
    },
    "returns_top": {"en": "Who sent back most", "de": "Wer am meisten zurückgeschickt hat"},
    "returned_amount": {"en": "Sent back", "de": "Zurückgeschickt"},
    "profit": {"en": "Profit so far", "de": "Gewinn bisher"},
    "behaviours": {"en": "Costly behaviours", "de": "Teure Verhaltensweisen"},
    "behaviours_note": {
        "en": "A label says that the customer is expected to go on so in the coming year. At most {share} of the "
        "labels of each kind are expected to be wrong.",
        "de": "Ein Etikett sagt, dass das Verhalten im kommenden Jahr zu erwarten ist. Von den Etiketten jeder Art "
        "ist höchstens {share} voraussichtlich falsch.",
    },
    "behaviour": {"en": "Behaviour", "de": "Verhalten"},
    "labelled": {"en": "Customers", "de": "Kunden"},
    "impact": {"en": "Cost a year", "de": "Kosten im Jahr"},
    "p_over": {"en": "Certainty", "de": "Sicherheit"},
    "evidence": {
        "en": "The dearest of them, and the evidence",
        "de": "Die teuersten und worauf das beruht",
    },
    "label_reason": {"en": "Evidence", "de": "Beleg"},
    "plan": {"en": "The plan", "de": "Der Plan"},
    "plan_note": {
        "en": "{count} of {all} customers get a treatment, each at most one; {gain} are expected of it.",
        "de": "{count} von {all} Kunden bekommen eine Maßnahme, jeder höchstens eine; davon werden {gain} erwartet.",
    },
    "plan_nobody": {
        "en": "No treatment is worth its cost.",
        "de": "Keine Maßnahme lohnt ihre Kosten.",
    },
    "plan_assumed": {
        "en": "These gains rest on effects that are assumed, not measured in this shop:",
        "de": "Diese Erträge beruhen auf Wirkungen, die angenommen und nicht in diesem Geschäft gemessen sind:",
    },
    "plan_given": {
        "en": "These gains rest on the effects of the table of treatments given:",
        "de": "Diese Erträge beruhen auf den Wirkungen der vorgegebenen Tabelle von Maßnahmen:",
    },
    "plan_test": {
        "en": "Leave a random tenth untreated, and the next report can measure them.",
        "de": "Wer ein zufälliges Zehntel auslässt, kann sie beim nächsten Bericht messen.",
    },
    "effect": {"en": "{name}: {effect} {basis}", "de": "{name}: {effect} {basis}"},
    "treatment": {"en": "Treatment", "de": "Maßnahme"},
    "gain": {"en": "Expected gain", "de": "Erwarteter Ertrag"},
    "price": {
        "en": "One more of {name} would gain {money}.",
        "de": "Eine Einheit mehr von {name} brächte {money}.",
    },
    "basis_notes": {"en": "What the numbers rest on", "de": "Worauf die Zahlen beruhen"},
    "models": {
        "en": "Orders are forecast by the {purchases} model{spend}.",
        "de": "Bestellungen sagt das {purchases}-Modell voraus{spend}.",
    },
    "models_spend": {
        "en": ", what is paid per order by the {spend} model",
        "de": ", Beträge das {spend}-Modell",
    },
    "notes": {"en": "To be known of them:", "de": "Dazu ist zu wissen:"},
    "absent": {"en": "Not in this report", "de": "Nicht in diesem Bericht"},
    "made_by": {"en": "Made by loyalty {version}", "de": "Erstellt mit loyalty {version}"},
    # What is absent, and why
    "no_segments": {
        "en": "Segments: they need amounts and scores of 1 to 5.",
        "de": "Segmente: Sie brauchen Beträge und Noten von 1 bis 5.",
    },
    "no_model": {
        "en": "Forecasts and the customers they rank: no model of purchases could be fitted.",
        "de": "Prognosen und die Kunden, die sie ordnen: Kein Modell der Käufe ließ sich anpassen.",
    },
    "no_value": {
        "en": "Value: it needs a column of amounts and a model of spend.",
        "de": "Wert: Er braucht eine Spalte der Beträge und ein Modell der Ausgaben.",
    },
    "no_log": {
        "en": "Cohorts and the test of the forecast: they need the orders, and a summary was scored.",
        "de": "Kohorten und der Test der Prognose: Sie brauchen die Bestellungen, bewertet wurde eine Zusammenfassung.",
    },
    "no_cohorts": {
        "en": "Cohorts: the orders lie within one month.",
        "de": "Kohorten: Die Bestellungen liegen innerhalb eines Monats.",
    },
    "no_test": {
        "en": "The test of the forecast: the orders are too few or too short a time for one ({why}).",
        "de": "Der Test der Prognose: Die Bestellungen sind dafür zu wenige oder umfassen zu kurze Zeit ({why}).",
    },
    "no_returns": {
        "en": "Returns: no column and no credit says what came back.",
        "de": "Retouren: Keine Spalte und keine Gutschrift sagt, was zurückkam.",
    },
    "no_behaviours": {
        "en": "Costly behaviours: they need order lines with returns, discounts or contacts.",
        "de": "Teure Verhaltensweisen: Sie brauchen Bestellzeilen mit Retouren, Rabatten oder Kontakten.",
    },
    "no_plan": {
        "en": "A plan: it needs order lines, or capacities for treatments.",
        "de": "Ein Plan: Er braucht Bestellzeilen oder Kapazitäten für Maßnahmen.",
    },
    "few": {"en": "fewer than {count} customers", "de": "weniger als {count} Kunden"},
}
