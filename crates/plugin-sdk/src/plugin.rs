/// Makes a plugin of a function: the exports that the router calls, and the memory behind them.
///
/// `plugin!(on_connect)` is for a plugin without configuration, which refuses any `config`.
///
/// ```
/// use hyrouter_plugin_sdk::{ConnectRequest, ConnectResponse, plugin};
///
/// plugin!(on_connect);
///
/// fn on_connect(request: ConnectRequest) -> Result<ConnectResponse, String> {
///     let name = request.event.username.ok_or("a player without a name")?;
///     Ok(ConnectResponse::deny(format!("Not today, {name}.")))
/// }
/// ```
///
/// `plugin!(on_connect, config: Lobby)` reads the operator's `config` into a type, once for each instance. What does not
/// fit is refused when the router starts. Without a `config` it reads `{}`. With `check: f` a function checks it too.
///
/// ```
/// use hyrouter_plugin_sdk::serde::Deserialize;
/// use hyrouter_plugin_sdk::{ConnectRequest, ConnectResponse, plugin};
///
/// #[derive(Deserialize)]
/// #[serde(crate = "hyrouter_plugin_sdk::serde", deny_unknown_fields)]
/// struct Lobby {
///     prefix: String,
/// }
///
/// impl Lobby {
///     fn check(&self) -> Result<(), &'static str> {
///         if self.prefix.is_empty() { Err("prefix: empty, every name begins with it") } else { Ok(()) }
///     }
/// }
///
/// plugin!(on_connect, config: Lobby, check: Lobby::check);
///
/// fn on_connect(config: &Lobby, request: ConnectRequest) -> ConnectResponse {
///     let name = request.event.username.unwrap_or_default();
///     ConnectResponse {
///         selected_index: name.starts_with(&config.prefix).then_some(1),
///         ..ConnectResponse::default()
///     }
/// }
/// ```
///
/// Use it once in a module. The exports exist on WebAssembly only; on other targets the macro checks the types.
#[macro_export]
macro_rules! plugin {
    ($handler:expr $(,)?) => {
        $crate::plugin! {
            @ $crate::expanded::NoConfig, $crate::expanded::accept, |_, request| $handler(request)
        }
    };
    ($handler:expr, config: $config:ty $(,)?) => {
        $crate::plugin! { $handler, config: $config, check: $crate::expanded::accept }
    };
    ($handler:expr, config: $config:ty, check: $check:expr $(,)?) => {
        $crate::plugin! { @ $config, $check, |config, request| $handler(config, request) }
    };
    (@ $config:ty, $check:expr, $handler:expr) => {
        // In a block of its own, so that no name of the author's meets one of these.
        #[allow(dead_code, reason = "the router calls it")]
        const _: () = {
            ::std::thread_local! {
                static GUEST: $crate::expanded::Guest<$config> = const {
                    $crate::expanded::Guest::new(|json| $crate::expanded::read(json, $check))
                };
            }

            /// Runs constructors once. Without it, the linker wraps each export so that every call runs them.
            #[cfg(target_arch = "wasm32")]
            #[unsafe(export_name = "_initialize")]
            extern "C" fn hyrouter_initialize() {
                unsafe extern "C" {
                    safe fn __wasm_call_ctors();
                }
                __wasm_call_ctors();
            }

            #[cfg_attr(target_arch = "wasm32", unsafe(export_name = "hyrouter_abi_v1"))]
            extern "C" fn hyrouter_abi_v1() {}

            #[cfg_attr(target_arch = "wasm32", unsafe(export_name = "alloc"))]
            extern "C" fn hyrouter_alloc(len: usize) -> usize {
                GUEST.with(|guest| guest.alloc(len))
            }

            #[cfg_attr(target_arch = "wasm32", unsafe(export_name = "dealloc"))]
            extern "C" fn hyrouter_dealloc(at: usize, _len: usize) {
                GUEST.with(|guest| guest.dealloc(at));
            }

            #[cfg_attr(target_arch = "wasm32", unsafe(export_name = "configure"))]
            extern "C" fn hyrouter_configure(at: usize, len: usize) -> i32 {
                GUEST.with(|guest| match guest.configure(at, len) {
                    Ok(()) => 0,
                    Err(fault) => $crate::expanded::refuse(&fault),
                })
            }

            #[cfg_attr(target_arch = "wasm32", unsafe(export_name = "on_connect"))]
            extern "C" fn hyrouter_on_connect(at: usize, len: usize) -> u64 {
                GUEST.with(|guest| match guest.on_connect(at, len, $handler) {
                    Ok(span) => $crate::expanded::pack(span),
                    Err(fault) => $crate::expanded::trap(&fault),
                })
            }
        };
    };
}
