using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sparse.OpenSearch.Documents;

namespace Sparse.OpenSearch.Cluster;

/// <summary>One index of the server's own behind a name. The name is an alias, which moves to the next generation once that is whole.</summary>
/// <param name="Index">The server's index: NAME-sparse-000001.</param>
/// <param name="Meta">What it says of itself.</param>
/// <param name="IsCurrent">True where the name points to it.</param>
/// <param name="Shards">Primary shards.</param>
internal sealed record Generation(string Index, IndexMeta Meta, bool IsCurrent, int Shards)
{
    /// <summary>What parts name and number.</summary>
    public const string Mark = "-sparse-";

    /// <summary>The name.</summary>
    public string Name => Index[..Index.LastIndexOf(Mark, StringComparison.Ordinal)];

    /// <summary>The number, from 1.</summary>
    public int Number => int.TryParse(Index.AsSpan(Index.LastIndexOf(Mark, StringComparison.Ordinal) + Mark.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;

    /// <summary>Finds an index of ours.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="name">Its name; null: the only one that there is.</param>
    /// <exception cref="IOException">There is none, or no telling which.</exception>
    /// <exception cref="InvalidDataException">It is not ours, or made by a newer version.</exception>
    public static Generation Find(ClusterClient client, string? name)
    {
        if (name is not null && TryFind(client, name) is { } found)
        {
            return found;
        }

        string[] names = [.. List(client, "*" + Mark + "*").Where(generation => generation.IsCurrent).Select(generation => generation.Name).Order(StringComparer.Ordinal)];
        string ours = names.Length == 0 ? "none of ours" : string.Join(", ", names.Take(20)) + (names.Length > 20 ? ", …" : "");
        return name is null && names.Length == 1 ? TryFind(client, names[0])!
            : throw new FileNotFoundException(name is not null
                ? $"There is no index '{name}' at {client.Address}; there is {ours}. 'sparse push INDEX_DIR --target URL' makes one."
                : names.Length == 0 ? $"There is no index of ours at {client.Address}; 'sparse push INDEX_DIR --target URL' makes one."
                : $"There are {names.Length} indexes of ours at {client.Address}: {ours}. Give the target as URL/NAME.");
    }

    /// <summary>The generation that a name points to.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="name">The name.</param>
    /// <returns>Null where the name is free.</returns>
    /// <exception cref="InvalidDataException">Something else has the name.</exception>
    public static Generation? TryFind(ClusterClient client, string name)
    {
        if (client.Send(HttpMethod.Get, $"{name}?filter_path={Wanted}") is not { } answer)
        {
            return null;
        }

        Generation[] behind = [.. Read(answer)];
        return behind is [{ IsCurrent: true } one] && one.Name == name ? one
            : throw new InvalidDataException($"The index '{name}' at {client.Address} was not made by this library; give the target as URL/NAME with another name.");
    }

    /// <summary>All generations under a pattern.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="pattern">Names with wildcards.</param>
    public static IReadOnlyList<Generation> List(ClusterClient client, string pattern) =>
        client.Send(HttpMethod.Get, $"{pattern}?filter_path={Wanted}") is { } answer ? [.. Read(answer)] : [];

    /// <summary>Makes the next generation of a name, which the name does not point to yet.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="server">What it is.</param>
    /// <param name="name">The name.</param>
    /// <param name="meta">What it is to say of itself.</param>
    /// <param name="number">Its number.</param>
    public static Generation Create(ClusterClient client, ServerKind server, string name, IndexMeta meta, int number)
    {
        string index = string.Create(CultureInfo.InvariantCulture, $"{name}{Mark}{number:000000}");
        try
        {
            client.Send(HttpMethod.Put, index, meta.ToIndex(server));
        }
        catch (InvalidDataException) when (List(client, index).Any(made => made.Meta.Takes(meta)))
        {
            // The first attempt made it, and its answer was lost.
        }

        return List(client, index).Single();
    }

    /// <summary>Remembers shards and replicas of a name for all its generations to come; without either, what is remembered stays.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="name">The name.</param>
    /// <param name="shards">Primary shards; null for what is remembered, or 1.</param>
    /// <param name="replicas">Copies; null for what is remembered, or 1.</param>
    public static void KeepTemplate(ClusterClient client, string name, int? shards, int? replicas)
    {
        string path = "_index_template/sparse-" + name;
        JsonElement? known = client.Send(HttpMethod.Get, path + "?flat_settings=true&filter_path=index_templates.index_template.template.settings");
        JsonElement settings = known is { } answer && answer.TryGetProperty("index_templates", out JsonElement templates)
            ? templates[0].GetProperty("index_template").GetProperty("template").GetProperty("settings") : default;
        int Remembered(string key) => settings.ValueKind == JsonValueKind.Object && settings.TryGetProperty("index." + key, out JsonElement value)
            && int.TryParse(value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 1;
        client.Send(HttpMethod.Put, path, new JsonObject
        {
            ["index_patterns"] = new JsonArray(name + Mark + "*"),
            ["priority"] = 500,
            ["template"] = new JsonObject
            {
                ["settings"] = new JsonObject
                {
                    ["index"] = new JsonObject { ["number_of_shards"] = shards ?? Remembered("number_of_shards"), ["number_of_replicas"] = replicas ?? Remembered("number_of_replicas") },
                },

                // An index that a late write makes by itself takes no document.
                ["mappings"] = new JsonObject { ["dynamic"] = "strict" },
            },
        });
    }

    /// <summary>Changes what the index says of itself.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="meta">The new _meta.</param>
    public void Describe(ClusterClient client, IndexMeta meta) => client.Send(HttpMethod.Put, Index + "/_mapping", new JsonObject { ["_meta"] = meta.ToJson() });

    private const string Wanted = "*.aliases,*.mappings._meta,*.settings.index.number_of_shards&expand_wildcards=open";

    private static IEnumerable<Generation> Read(JsonElement answer)
    {
        foreach (JsonProperty index in answer.EnumerateObject())
        {
            if (index.Name.Contains(Mark, StringComparison.Ordinal) && index.Value.TryGetProperty("mappings", out JsonElement mappings) && IndexMeta.Read(mappings, index.Name) is { } meta)
            {
                int shards = int.Parse(index.Value.GetProperty("settings").GetProperty("index").GetProperty("number_of_shards").ToString(), CultureInfo.InvariantCulture);
                var generation = new Generation(index.Name, meta, false, shards);
                yield return generation with { IsCurrent = index.Value.TryGetProperty("aliases", out JsonElement aliases) && aliases.TryGetProperty(generation.Name, out _) };
            }
        }
    }
}
