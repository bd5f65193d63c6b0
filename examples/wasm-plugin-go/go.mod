module hyrouter.example/wasm-plugin-go

go 1.24
