import { status, type Server, type sendUnaryData, type ServerUnaryCall, type ServerWritableStream } from "@grpc/grpc-js";
import { service } from "grpc-health-check";

interface HealthRequest {
  service: string;
}
interface HealthResponse {
  status: "SERVING" | "NOT_SERVING" | "SERVICE_UNKNOWN";
}
type Watcher = ServerWritableStream<HealthRequest, HealthResponse>;

/**
 * Standard health service for the server as a whole (`""`) and `hyrouter.Plugin`. The implementation of
 * grpc-health-check keeps its watchers, which would delay the end of a server.
 */
export class HealthService {
  readonly #watchers = new Set<Watcher>();
  #isDraining = false;

  addTo(server: Server): void {
    server.addService(service, {
      check: (call: ServerUnaryCall<HealthRequest, HealthResponse>, callback: sendUnaryData<HealthResponse>) => {
        if (isKnown(call.request.service)) {
          callback(null, this.#status());
        } else {
          callback({ code: status.NOT_FOUND, details: "there is no such service" });
        }
      },
      watch: (call: Watcher) => {
        const isWatched = isKnown(call.request.service);
        call.write(isWatched ? this.#status() : { status: "SERVICE_UNKNOWN" });
        if (this.#isDraining) {
          call.end();
          return;
        }
        this.#watchers.add(call);
        call.on("cancelled", () => this.#watchers.delete(call));
      },
    });
  }

  /** Reports `NOT_SERVING` from now on and ends all watches. */
  drain(): void {
    this.#isDraining = true;
    for (const call of this.#watchers) {
      if (isKnown(call.request.service)) {
        call.write(this.#status());
      }
      call.end();
    }
    this.#watchers.clear();
  }

  #status(): HealthResponse {
    return { status: this.#isDraining ? "NOT_SERVING" : "SERVING" };
  }
}

function isKnown(name: string): boolean {
  return name === "" || name === "hyrouter.Plugin";
}
