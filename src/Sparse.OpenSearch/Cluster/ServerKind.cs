using System.Globalization;
using System.Text.Json;

namespace Sparse.OpenSearch.Cluster;

/// <summary>What a server is, and what of its own it has for sparse vectors.</summary>
/// <param name="IsElasticsearch">Elasticsearch, or else OpenSearch.</param>
/// <param name="Version">Its version.</param>
/// <param name="HasNeuralSparse">OpenSearch with the plugin of the neural_sparse query.</param>
internal sealed record ServerKind(bool IsElasticsearch, Version Version, bool HasNeuralSparse)
{
    private static readonly Version LeastOpenSearch = new(2, 0), LeastElasticsearch = new(8, 0);
    private static readonly Version NeuralSparseSince = new(2, 11), SparseVectorSince = new(8, 15), HidesVectorsSince = new(9, 2);

    /// <summary>True where vectors go into a field of the type sparse_vector, which allows dots in terms.</summary>
    public bool HasSparseVector => IsElasticsearch && Version >= SparseVectorSince;

    /// <summary>True where the server leaves vectors out of the documents it gives back unless told otherwise.</summary>
    public bool HidesVectors => IsElasticsearch && Version >= HidesVectorsSince;

    /// <summary>Asks the server.</summary>
    /// <param name="client">The client.</param>
    /// <exception cref="InvalidDataException">It is another server, or too old.</exception>
    public static ServerKind Detect(ClusterClient client)
    {
        JsonElement greeting = client.Greet();
        if (greeting.ValueKind != JsonValueKind.Object || !greeting.TryGetProperty("version", out JsonElement version)
            || version.ValueKind != JsonValueKind.Object || !version.TryGetProperty("number", out JsonElement number) || ParseVersion(number.ToString()) is not { } parsed)
        {
            throw client.NoSuchServer();
        }

        bool isElasticsearch = !(version.TryGetProperty("distribution", out JsonElement distribution) && distribution.ToString() == "opensearch");
        Version least = isElasticsearch ? LeastElasticsearch : LeastOpenSearch;
        if (parsed < least)
        {
            throw new InvalidDataException($"The server at {client.Address} is {(isElasticsearch ? "Elasticsearch" : "OpenSearch")} {number}, which is too old; {least} at least is needed.");
        }

        return new ServerKind(isElasticsearch, parsed, !isElasticsearch && parsed >= NeuralSparseSince && HasNeuralPlugin(client));
    }

    private static bool HasNeuralPlugin(ClusterClient client)
    {
        try
        {
            return client.Send(HttpMethod.Get, "_cat/plugins?format=json") is { ValueKind: JsonValueKind.Array } plugins
                && plugins.EnumerateArray().Any(plugin => plugin.TryGetProperty("component", out JsonElement component) && component.ToString() == "opensearch-neural-search");
        }
        catch (UnauthorizedAccessException)
        {
            // Who may not look at plugins searches by the query that every server has; scores are the same.
            return false;
        }
    }

    // Such as 2.19.1, 3.0.0-beta1, 9.2.0-SNAPSHOT.
    private static Version? ParseVersion(string text)
    {
        string[] parts = text.Split('-')[0].Split('.');
        return parts.Length >= 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int major)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int minor) ? new Version(major, minor) : null;
    }
}
