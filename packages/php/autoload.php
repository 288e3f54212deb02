<?php

/* Finds the classes of this package where Composer does not. */

declare(strict_types=1);

spl_autoload_register(static function (string $class): void {
    if (str_starts_with($class, 'Loyalty\\')) {
        require __DIR__ . '/src/' . substr($class, strlen('Loyalty\\')) . '.php';
    }
});
