#if DEBUG
    /// What the calls of a ``JSONWriter`` must add up to: one value, names only in objects and in ascending order, a
    /// value after every name. A mistake here is a mistake in the calling code, so debug builds stop.
    struct WriterForm: Sendable {
        private enum Container {
            case array
            case object(lastName: String?, nameIsOpen: Bool)
        }

        private let inAnyOrder: Bool
        private var containers: [Container] = []
        private var isComplete = false

        init(inAnyOrder: Bool) {
            self.inAnyOrder = inAnyOrder
        }

        mutating func restart() { self = WriterForm(inAnyOrder: inAnyOrder) }

        mutating func open(isObject: Bool) {
            containers.append(isObject ? .object(lastName: nil, nameIsOpen: false) : .array)
        }

        mutating func close(isObject: Bool) {
            switch containers.popLast() {
            case .array?: assert(!isObject, "an array ends as an object")
            case .object(_, let nameIsOpen)?:
                assert(isObject, "an object ends as an array")
                assert(!nameIsOpen, "a name without a value")
            case nil: assertionFailure("nothing is open")
            }
        }

        mutating func name(_ name: String) {
            guard case .object(let lastName, let nameIsOpen)? = containers.popLast() else {
                return assertionFailure("a name outside an object")
            }
            assert(!nameIsOpen, "a name without a value")
            if let lastName, !inAnyOrder {
                assert(JSON.compareUTF16(lastName, name), "\(name) is written after \(lastName)")
            }
            containers.append(.object(lastName: name, nameIsOpen: true))
        }

        mutating func value() {
            switch containers.popLast() {
            case .array?: containers.append(.array)
            case .object(let lastName, let nameIsOpen)?:
                assert(nameIsOpen, "a value without a name")
                containers.append(.object(lastName: lastName, nameIsOpen: false))
            case nil:
                assert(!isComplete, "a second value")
                isComplete = true
            }
        }
    }
#endif
