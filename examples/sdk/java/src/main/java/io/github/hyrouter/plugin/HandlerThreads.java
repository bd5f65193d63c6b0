package io.github.hyrouter.plugin;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads that run a handler. */
final class HandlerThreads {
    /** Maximum number of calls that run or wait: four routers with their default of 256. */
    static final int MAX_CALLS = 1024;

    /** Number of calls that run at the same time. More than cores, because handlers wait for databases. */
    private static final int THREADS = 32;

    private HandlerThreads() {}

    /** Returns an executor that refuses calls beyond the maximum, and whose threads do not keep the process alive. */
    static ThreadPoolExecutor create() {
        AtomicInteger number = new AtomicInteger();
        return new ThreadPoolExecutor(
                THREADS, THREADS, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_CALLS - THREADS), task -> {
                    Thread thread = new Thread(task, "plugin-handler-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
    }
}
