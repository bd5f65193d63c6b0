module hyrouter.example/original-go

go 1.24
