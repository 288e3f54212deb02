<?php

/*
 * Scores customers with models that were fitted elsewhere, say in Python.
 *
 *     php score.php PURCHASES.json SPEND.json CUSTOMERS.csv > scores.csv
 *
 * CUSTOMERS.csv has the columns frequency, recency, T and monetary_value, in the unit of the model.
 * Needs the FFI extension and libloyalty.so.0 where the loader finds it.
 */

declare(strict_types=1);

/** The C library. FFI's parser knows no preprocessor, so what is used is declared here. */
final class Library
{
    private static ?FFI $library = null;

    public static function get(): FFI
    {
        return self::$library ??= FFI::cdef('
            typedef struct loyalty_purchase_model loyalty_purchase_model;
            typedef struct loyalty_spend_model loyalty_spend_model;
            typedef struct loyalty_error loyalty_error;
            int32_t loyalty_purchase_model_load(const char *path, loyalty_purchase_model **out,
                                                loyalty_error **error);
            int32_t loyalty_purchase_model_p_alive(const loyalty_purchase_model *model, uint32_t x,
                                                   double t_x, double T, double *out,
                                                   loyalty_error **error);
            int32_t loyalty_purchase_model_expected_purchases(const loyalty_purchase_model *model,
                                                              uint32_t x, double t_x, double T,
                                                              double horizon, double *out,
                                                              loyalty_error **error);
            void loyalty_purchase_model_free(loyalty_purchase_model *model);
            int32_t loyalty_spend_model_load(const char *path, loyalty_spend_model **out,
                                             loyalty_error **error);
            int32_t loyalty_spend_model_expected_spend(const loyalty_spend_model *model,
                                                       uint32_t transactions, double mean,
                                                       double *out, loyalty_error **error);
            void loyalty_spend_model_free(loyalty_spend_model *model);
            size_t loyalty_error_message(const loyalty_error *error, char *buffer, size_t length);
            void loyalty_error_free(loyalty_error *error);
        ', 'libloyalty.so.0');
    }

    /** Calls a function, whose last parameter takes the error. */
    public static function call(string $function, mixed ...$arguments): void
    {
        $library = self::get();
        $error = $library->new('loyalty_error *');
        if ($library->$function(...$arguments, ...[FFI::addr($error)]) !== 0) {
            $message = $library->new('char[512]');
            $library->loyalty_error_message($error, $message, 512);
            $library->loyalty_error_free($error);
            throw new RuntimeException(FFI::string($message));
        }
    }

    /** Calls a function with one number as its result. */
    public static function number(string $function, mixed ...$arguments): float
    {
        $out = self::get()->new('double');
        self::call($function, ...$arguments, ...[FFI::addr($out)]);
        return $out->cdata;
    }
}

/** A model from its file, of about a kilobyte: of purchases or of spend, of any kind. */
final class Model
{
    private FFI\CData $handle;

    public function __construct(private string $family, string $path)
    {
        $this->handle = Library::get()->new("loyalty_$family *");
        Library::call("loyalty_{$family}_load", $path, FFI::addr($this->handle));
    }

    public function score(string $what, int|float ...$history): float
    {
        return Library::number("loyalty_{$this->family}_$what", $this->handle, ...$history);
    }

    public function __destruct()
    {
        Library::get()->{"loyalty_{$this->family}_free"}($this->handle);
    }
}

[, $purchasesFile, $spendFile, $customers] = $argv;
$purchases = new Model('purchase_model', $purchasesFile);
$spend = new Model('spend_model', $spendFile);

$file = fopen($customers, 'r');
$names = array_flip(fgetcsv($file));
echo "p_alive,expected_purchases_39,expected_spend\n";
ini_set('precision', '-1');  // the shortest text that reads as the same number
while ($row = fgetcsv($file)) {
    $x = (int) $row[$names['frequency']];
    [$recency, $T, $mean] = array_map(
        fn ($name) => (float) $row[$names[$name]],
        ['recency', 'T', 'monetary_value'],
    );
    echo implode(',', [
        $purchases->score('p_alive', $x, $recency, $T),
        $purchases->score('expected_purchases', $x, $recency, $T, 39.0),
        $spend->score('expected_spend', $x, $mean),
    ]), "\n";
}
