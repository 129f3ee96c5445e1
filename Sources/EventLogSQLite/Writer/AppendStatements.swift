/// The statements of the hot path, prepared once.
struct AppendStatements {
    let begin: SQLiteStatement
    let commit: SQLiteStatement
    let event: SQLiteStatement
    let tile: SQLiteStatement
    let estateEvent: SQLiteStatement
    let decision: SQLiteStatement
    let sealed: SQLiteStatement
    let eraseSealed: SQLiteStatement
    let answer: SQLiteStatement
    let findAnswer: SQLiteStatement
    let checkpoint: SQLiteStatement
    let head: SQLiteStatement
    let headAndEstate: SQLiteStatement

    init(_ connection: SQLiteConnection) throws(SQLiteError) {
        begin = try connection.prepare("BEGIN IMMEDIATE")
        commit = try connection.prepare("COMMIT")
        event = try connection.prepare("INSERT INTO event (position, leaf_hash, body) VALUES (?1, ?2, ?3)")
        tile = try connection.prepare("INSERT INTO tile (level, n, hashes) VALUES (?1, ?2, ?3)")
        estateEvent = try connection.prepare("INSERT INTO estate_event (position) VALUES (?1)")
        // The first outcome stands; a second one of the same decision is a finding of verify, not a reason to stop.
        decision = try connection.prepare("INSERT OR IGNORE INTO decision (id, position) VALUES (?1, ?2)")
        sealed = try connection.prepare(
            "INSERT INTO sealed (position, field, vault, nonce_and_ciphertext) VALUES (?1, ?2, ?3, ?4)")
        eraseSealed = try connection.prepare(
            "DELETE FROM sealed WHERE position >= ?1 AND position < ?2 AND vault = ?3")
        answer = try connection.prepare(
            "INSERT INTO idempotency (key_mac, request_mac, position) VALUES (?1, ?2, ?3)")
        findAnswer = try connection.prepare("SELECT 1 FROM idempotency WHERE key_mac = ?1")
        // Two checkpoints of one size differ in their signatures only; the first one released is kept.
        checkpoint = try connection.prepare("INSERT OR IGNORE INTO checkpoint (size, note) VALUES (?1, ?2)")
        head = try connection.prepare("UPDATE head SET size = ?1, root = ?2, edge = ?3 WHERE id = 1")
        headAndEstate = try connection.prepare(
            "UPDATE head SET size = ?1, root = ?2, edge = ?3, estate_positions = ?4 WHERE id = 1")
    }
}
