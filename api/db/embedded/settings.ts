/** `full` keeps every commit through a power cut; `test` does not, and is for test suites only. */
export type Durability = "full" | "test";

/** Settings of the server, given on its command line so that a newer release's settings reach an older cluster. */
export function serverSettings(durability: Durability): Record<string, string> {
  return {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    cluster_name: "aifactory",
    max_connections: "120",
    shared_buffers: "256MB",
    max_locks_per_transaction: "128",
    random_page_cost: "1.1",
    jit: "off",
    timezone: "UTC",
    log_timezone: "UTC",
    log_line_prefix: "%m [%p] %d ",
    log_checkpoints: "off",
    // Parallel queries need /dev/shm, of which a container has 64 MB by default.
    max_parallel_workers_per_gather: "0",
    max_parallel_maintenance_workers: "0",
    ...(durability === "test" ? UNSAFE : {}),
  };
}

const UNSAFE = {
  // A database that is being vacuumed cannot be dropped by its owner, not even by force.
  autovacuum: "off",
  fsync: "off",
  full_page_writes: "off",
  synchronous_commit: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
};
