internal import CanonicalJSON
internal import EstateFiles

/// What was done of a plan.
struct Applied: Equatable, Sendable {
    struct Done: Equatable, Sendable {
        let step: String
        /// Of the first event; nil when the service found nothing to do.
        let position: Int64?
    }

    struct NewApp: Equatable, Sendable {
        let name: String
        let clientID: String
        let clientSecret: String
    }

    var steps: [Done] = []
    /// Whose secrets are shown this once.
    var apps: [NewApp] = []

    var json: JSONValue {
        .object([
            "steps": .array(
                steps.map { done in
                    var json: JSONObject = ["step": .string(done.step)]
                    if let position = done.position { json["position"] = .integer(position) }
                    return .object(json)
                }),
            "apps": .array(
                apps.map {
                    .object([
                        "name": .string($0.name), "client_id": .string($0.clientID),
                        "client_secret": .string($0.clientSecret),
                    ])
                }),
        ])
    }
}

/// Makes an estate what a file says, and plans again when others change it meanwhile.
struct Application {
    /// After the first plan.
    static let maximumReplans = 3

    let file: EstateFile
    let prune: Bool
    let api: any ManagementAPI

    /// Does what `consent` agrees to, and nothing when it does not. `applied` holds what was done, whatever is thrown:
    /// steps are separate writes, and none of them is taken back.
    func run(
        into applied: inout Applied, consent: (Plan) throws -> Bool
    ) throws {
        for _ in 0...Self.maximumReplans {
            let estate = try EstateRead(api: api).estate()
            // What is pruned leaves its name free.
            if !prune, let (thing, standing) = file.alike(on: estate) {
                throw ApplyFailure.alike(thing.kind, name: thing.name, standing: standing)
            }
            let plan = Plan(file, on: estate, prune: prune)
            guard try consent(plan) else { return }
            if try carryOut(plan, on: estate, into: &applied) { return }
        }
        throw ApplyFailure.keepsMoving
    }

    /// `false` when the estate moved under the plan.
    private func carryOut(
        _ plan: Plan, on estate: CurrentEstate, into applied: inout Applied
    ) throws(ApplyFailure) -> Bool {
        var ids = ThingIDs(estate)
        var consulted = estate.position
        for step in plan.steps {
            guard let request = step.request(ids) else { throw .notUnderstood("manager") }
            let answer = try api.ask(request, consulted: consulted)
            guard (200...299).contains(answer.status) else {
                let problem = Problem(answer)
                if problem.status == 409, problem.reason == "moved" { return false }
                throw .refused("\(step)", problem)
            }
            let position = answer.object["ledger"]?.objectValue?["position"]?.integerValue
            applied.steps.append(Applied.Done(step: "\(step)", position: position))
            // One write may be several events, so the answer's own position is better than the next one.
            if let position { consulted = answer.position ?? position + 1 }
            try note(answer.object, of: step, &ids, &applied)
        }
        return true
    }

    private func note(
        _ shown: JSONObject, of step: Step, _ ids: inout ThingIDs, _ applied: inout Applied
    ) throws(ApplyFailure) {
        guard case .register(let thing) = step else { return }
        guard let id = shown["id"]?.stringValue else { throw .notUnderstood("manager/\(thing.kind.collection)") }
        ids[thing.kind, thing.name] = id
        guard thing.kind == .app else { return }
        guard let secret = shown["client_secret"]?.stringValue else { throw .notUnderstood("manager/apps") }
        applied.apps.append(
            Applied.NewApp(
                name: thing.name, clientID: shown["client_id"]?.stringValue ?? id, clientSecret: secret))
    }
}
