import OssicleAudio

/// One key of a recipe, with its full name. It reads a value from text, checks it and writes it. `all` lists every key
/// once, in the order in which a recipe is written.
package struct RecipeKey: Sendable {
    /// The full name with dots, for example `optimizer.learning_rate`.
    package let name: String
    /// The values that the key accepts, worded to follow “it must be”.
    package let expected: String
    /// The value in a recipe, as YAML.
    package let text: @Sendable (Recipe) -> String
    /// Parses and stores a value. Returns false and changes nothing if the text has the wrong type or is out of range.
    let store: @Sendable (inout Recipe, String) -> Bool
    let isValid: @Sendable (Recipe) -> Bool
    let encode: @Sendable (Recipe, inout KeyedEncodingContainer<OptionName>) throws -> Void
    let decode: @Sendable (inout Recipe, KeyedDecodingContainer<OptionName>) throws -> Void

    /// The section; nil for a top-level key.
    var section: Substring? { name.firstIndex(of: ".").map { name[..<$0] } }
    var lastComponent: Substring { name.lastIndex(of: ".").map { name[name.index(after: $0)...] } ?? name[...] }
}

extension RecipeKey {
    /// Makes a key of a recipe from a key of a group of options that the recipe contains.
    private init<Options>(
        _ key: OptionKey<Options>, in section: String?, get: @escaping @Sendable (Recipe) -> Options,
        set: @escaping @Sendable (inout Recipe, Options) -> Void
    ) {
        name = section.map { "\($0).\(key.name)" } ?? key.name
        expected = key.expected
        text = { key.text(get($0)) }
        store = { recipe, text in
            var options = get(recipe)
            guard key.store(&options, text) else { return false }
            set(&recipe, options)
            return true
        }
        isValid = { key.isValid(get($0)) }
        encode = { try key.encode(get($0), &$1) }
        decode = { recipe, container in
            var options = get(recipe)
            try key.decode(&options, container)
            set(&recipe, options)
        }
    }

    /// The keys of a section that every recipe has.
    private static func keys<Options: RecipeOptions>(
        of path: WritableKeyPath<Recipe, Options> & Sendable
    ) -> [RecipeKey] {
        Options.keys.map { key in
            RecipeKey(
                key, in: Options.section, get: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 })
        }
    }

    /// The keys of the options of a method or an encoder.
    private static func keys<Options: RecipeOptions>(ofPlugIn type: Options.Type) -> [RecipeKey] {
        Options.keys.map { key in
            RecipeKey(
                key, in: Options.section, get: { $0[Options.self] }, set: { $0[Options.self] = $1 })
        }
    }

    /// Every key of `Recipe`: the keys that every recipe has, and those of the registered methods and encoders. Keys of
    /// the same section are consecutive.
    package static var all: [RecipeKey] {
        let top = Recipe.keys.map { RecipeKey($0, in: nil, get: { $0 }, set: { $0 = $1 }) }
        let fixed =
            keys(of: \.data) + keys(of: \.frontend) + keys(of: \.augmentation) + keys(of: \.encoder)
            + keys(of: \.head)
        let plugged = Registry.options.flatMap { keys(ofPlugIn: $0) }
        let last = keys(of: \.optimizer) + keys(of: \.schedule) + keys(of: \.training)
        let listed = top + fixed + plugged + last
        var sections: [Substring?] = []
        for key in listed where !sections.contains(key.section) { sections.append(key.section) }
        return sections.flatMap { section in listed.filter { $0.section == section } }
    }

    /// The key with exactly this name.
    static func named(_ name: String) -> RecipeKey? { all.first { $0.name == name } }

    /// The known key or section that is most similar to a misspelled one; nil if none is similar enough.
    ///
    /// Names are compared as a whole, by their edit distance. At most a third of the letters may differ, but two
    /// differences are always allowed. A key without its section, with a wrong section, or given by its initials (`lr`)
    /// counts as one difference.
    static func nearest(to unknown: String) -> String? {
        let sections = Set(all.compactMap { $0.section.map(String.init) })
        let last = unknown.split(separator: ".").last ?? ""
        var best: (name: String, distance: Int)?
        func consider(_ name: String, _ distance: Int, of length: Int) {
            guard distance <= max(2, length / 3), distance < best?.distance ?? .max else { return }
            best = (name, distance)
        }
        for key in all {
            consider(key.name, EditDistance.between(unknown, key.name), of: unknown.count)
            consider(key.name, 1 + EditDistance.between(last, key.lastComponent), of: last.count)
            let initials = String(key.lastComponent.split(separator: "_").compactMap(\.first))
            if initials.count > 1, last == initials { consider(key.name, 1, of: last.count) }
        }
        if !unknown.contains(".") {
            for section in sections.sorted() {
                consider(section, EditDistance.between(unknown, section), of: unknown.count)
            }
        }
        return best?.name
    }
}
