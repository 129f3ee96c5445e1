internal import AuthorizationCore

// Findings about what API Identities did, and about those that nobody needs.
extension ReviewConclusion {
    func addIdentities(_ pass: ReviewPass, to book: inout FindingBook) -> [ReviewReport.IdentityLine] {
        let records = pass.attempts.byIdentity(pass.table).sorted {
            ($0.key.environment?.text ?? "", $0.key.identity) < ($1.key.environment?.text ?? "", $1.key.identity)
        }
        return records.map { place, record in
            add(record, of: place, to: &book)
            var line = ReviewReport.IdentityLine(
                environment: place.environment, identity: place.identity,
                name: estate.identities[place.identity]?.latest.content.name.text ?? place.identity.text)
            line.asked = record.asked.count
            line.accepted = record.accepted.count
            line.rejected = record.rejected
            line.indeterminate = record.indeterminate.count
            line.skipped = record.skipped
            line.medianMilliseconds = record.milliseconds(within: 0.5)
            line.ninetiethMilliseconds = record.milliseconds(within: 0.9)
            return line
        }
    }

    private func add(_ record: AttemptBook.Record, of place: AttemptBook.Place, to book: inout FindingBook) {
        let name = estate.name(place.identity.text)
        let asked = record.asked.count
        func add(_ code: ReviewCode, _ sentence: String, _ proof: Proof) {
            book.add(code, in: place.environment, about: [place.identity.text], sentence, proof)
        }
        if asked >= AttemptBook.fewestCalls, record.accepted.count == 0 {
            add(.identityNeverSuccessful, "\(name) was asked \(asked) times and accepted nobody.", record.asked)
        }
        let silent = record.indeterminate
        if asked >= AttemptBook.fewestCalls, silent.count * AttemptBook.unavailableShare >= asked {
            add(.identityUnavailable, "\(name) could not answer \(silent.count) of \(asked) calls.", silent)
        }
        if asked >= AttemptBook.fewestAnswers, record.slow.count * 10 >= asked * 9 {
            add(
                .identitySlow,
                "\(record.slow.count) of \(asked) calls of \(name) took \(AttemptBook.slowMilliseconds) ms or longer.",
                record.slow)
        }
    }

    /// Links of chains that led to no attempt while others did, and links that are in no chain at all.
    func addUnusedLinks(_ pass: ReviewPass, to book: inout FindingBook) {
        let used = pass.attempts.usedLinks(pass.table)
        let busy = Set(used.map(\.environment))
        var chained: Set<AttemptBook.Link> = []
        for environment in estate.environments.values.sorted(by: { $0.name < $1.name }) {
            for api in environment.apis.keys.sorted() {
                for link in IdentityChain(of: [api], in: environment.name, estate).links {
                    let place = AttemptBook.Link(environment: environment.name, identity: link.identity, api: api)
                    chained.insert(place)
                    guard pass.walk.isSelected(environment.name), busy.contains(environment.name),
                        !used.contains(place), let linkedAt = link.via.first?.linkedAt
                    else { continue }
                    book.add(
                        .unusedLink, in: environment.name, about: [api.text, link.identity.text],
                        "No request for \(estate.name(api.text)) got as far as \(estate.name(link.identity.text)).",
                        Proof([linkedAt]))
                }
            }
        }
        let linked = Set(chained.map { [$0.api.text, $0.identity.text] })
        for identity in estate.identities.values.sorted(by: { $0.id < $1.id }) where identity.retiredAt == nil {
            for (api, position) in identity.links.sorted(by: { $0.key < $1.key })
            where !linked.contains([api.text, identity.id.text]) {
                book.add(
                    .unusedLink, about: [api.text, identity.id.text],
                    "\(estate.name(identity.id.text)) is linked to \(estate.name(api.text)), and in no chain of any environment.",
                    Proof([position]))
            }
        }
    }
}
