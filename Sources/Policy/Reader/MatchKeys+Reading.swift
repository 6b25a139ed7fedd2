import NetTypes

extension Reading {
    /// The elements of `src` and `dst`.
    func addressTerms(_ value: YAMLValue, of key: String) -> [AddressTerm] {
        let terms = elements(value, of: key).compactMap { element -> (AddressTerm, YAMLValue)? in
            guard let text = text(element, of: "an address") else { return nil }
            let term =
                text.hasPrefix("@")
                ? setReference(text, .addresses, of: key, at: element).map(AddressTerm.set)
                : addressTerm(text, at: element, takesSets: true)
            return term.map { ($0, element) }
        }
        ContainmentCheck(reading: self).check(terms)
        return terms.map(\.0)
    }

    /// An address, a prefix or a range; nil after an error.
    func addressTerm(
        _ text: String, at value: YAMLValue, takesSets: Bool = false
    ) -> AddressTerm? {
        do {
            let term = try AddressSyntax.parse(text)
            if let (message, hint) = AddressSyntax.doubt(about: term, text) {
                report(.warning, "mapped-ipv4", message, hint: hint, at: location(of: value))
            }
            return term
        } catch {
            let (message, hint) = error.explanation(of: text, takesSets: takesSets)
            self.error(error.code, message, hint: hint, at: value)
            return nil
        }
    }

    /// The elements of `sport` and `dport`.
    func portTerms(_ value: YAMLValue, of key: String) -> [PortTerm] {
        elements(value, of: key).compactMap { element in
            guard let text = text(element, of: "a port") else { return nil }
            if text.hasPrefix("@") {
                return setReference(text, .ports, of: key, at: element).map(PortTerm.set)
            }
            return portRange(text, at: element).map(PortTerm.range)
        }
    }

    /// A port or a range; nil after an error.
    func portRange(_ text: String, at value: YAMLValue) -> PortRange? {
        do {
            return try PortSyntax.parse(text)
        } catch {
            self.error(error.code, error.message, hint: error.hint, at: value)
            return nil
        }
    }

    /// The elements of `proto`.
    func protocols(_ value: YAMLValue) -> [IPProtocol] {
        elements(value, of: "proto").compactMap { element in
            guard let text = text(element, of: "a protocol") else { return nil }
            if let known = IPProtocol(name: text) { return known }
            if let number = Decimal.parse(text) {
                if let byte = UInt8(exactly: number) { return IPProtocol(number: byte) }
                error(
                    "invalid-protocol", "protocol \(number) is out of range",
                    hint: "protocols are 0-255", at: element)
                return nil
            }
            let names = IPProtocol.names.map(\.name)
            error(
                "invalid-protocol", "unknown protocol '\(text.shortened)'",
                hint: Suggestion.hint(for: text, among: names), at: element)
            return nil
        }
    }

    private func setReference(
        _ text: String, _ kind: SetReference.Kind, of key: String, at value: YAMLValue
    ) -> Name? {
        let name = String(text.dropFirst())
        guard let name = try? Name(name) else {
            error("invalid-name", "'\(text.shortened)' does not name a set", at: value)
            return nil
        }
        setReferences.append(
            SetReference(name: name, kind: kind, key: key, location: location(of: value)))
        return name
    }
}
