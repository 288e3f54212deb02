<?php

/*
 * For `opcache.preload`: with it these classes may call C in a web server although `ffi.enable` is left at its
 * default, "preload". The README has the lines of php.ini.
 */

declare(strict_types=1);

require_once __DIR__ . '/autoload.php';
foreach (glob(__DIR__ . '/src/*.php') as $file) {
    class_exists('Loyalty\\' . basename($file, '.php'));
}
