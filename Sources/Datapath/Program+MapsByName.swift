internal import BPF
internal import SystemPackage

extension Program {
    /// The maps that the program uses: their ids, by name. Nil without `CAP_SYS_ADMIN`, which the kernel wants
    /// of whoever opens something by its id.
    borrowing func mapsByName() throws -> [String: UInt32]? {
        var maps: [String: UInt32] = [:]
        do throws(BPFError) {
            for id in try info.mapIDs { maps[try Map(id: id).info.name] = id }
        } catch {
            guard error.errno == .notPermitted else { throw error }
            return nil
        }
        return maps
    }
}
