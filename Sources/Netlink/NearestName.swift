/// The name that was probably meant: the nearest of `names` within two edits and less than
/// half of its letters; nil if none is near.
func nearestName(to name: String, in names: [String]) -> String? {
    let limit = min(2, name.utf8.count / 2)
    let candidates = names.map { (name: $0, distance: editDistance(name, $0)) }
    return candidates.filter { $0.distance <= limit && $0.distance > 0 }
        .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
}

/// How many bytes must be inserted, removed or replaced to make one text the other.
func editDistance(_ first: String, _ second: String) -> Int {
    let (first, second) = (Array(first.utf8), Array(second.utf8))
    var row = Array(0...second.count)
    for (i, a) in first.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, b) in second.enumerated() {
            let replaced = diagonal + (a == b ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
        }
    }
    return row[second.count]
}
