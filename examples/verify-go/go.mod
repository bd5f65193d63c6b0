module hyrouter.example/verify-go

go 1.24
