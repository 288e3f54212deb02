module github.com/loyalty-rs/loyalty/packages/go

go 1.19
