using System.Text.Json.Nodes;
using Sparse.OpenSearch.Cluster;

namespace Sparse.OpenSearch.Documents;

/// <summary>The type of the field that vectors are in.</summary>
internal enum VectorFieldType
{
    /// <summary>rank_features: any server.</summary>
    RankFeatures,

    /// <summary>sparse_vector of Elasticsearch.</summary>
    SparseVector,
}

/// <summary>How term vectors are mapped, spelt and searched on a server.</summary>
/// <remarks>
/// <para>
/// Servers keep 9 significant bits of a weight, and an impact has 8: so impacts are stored as they are, and nothing is lost. Query weights
/// are the local engine's integers divided by 1,024, because neural_sparse takes no weight above 64 (Lucene's FeatureField). All products are
/// integers below 2²⁴ over 1,024, floats without rounding in any order: a server's score × 1,024 is the local integer score.
/// </para>
/// <para>SEISMIC (OpenSearch 3.3) finds most but not all of the best documents, so it is not used.</para>
/// </remarks>
/// <param name="Type">The field's type.</param>
/// <param name="UsesNeuralSparse">True to search by neural_sparse, false by a bool of rank_feature clauses: the same scores from shorter requests.</param>
internal sealed record VectorField(VectorFieldType Type, bool UsesNeuralSparse)
{
    /// <summary>The field, in a document or in a passage.</summary>
    public const string Name = "sparse";

    /// <summary>What query weights are divided by.</summary>
    public const int WeightUnit = 1024;

    // Clauses of a query that servers take unless told otherwise (indices.query.bool.max_clause_count).
    private const int MostTerms = 1024;

    /// <summary>What a server has.</summary>
    /// <param name="server">The server.</param>
    public static VectorFieldType TypeFor(ServerKind server) => server.HasSparseVector ? VectorFieldType.SparseVector : VectorFieldType.RankFeatures;

    /// <summary>The field's mapping. No pruning at search: <see cref="Query"/> says so with each query too.</summary>
    public JsonObject Mapping() => new() { ["type"] = Type == VectorFieldType.SparseVector ? "sparse_vector" : "rank_features" };

    /// <summary>A term as the server spells it: rank_features reads a dot as a path, so it is escaped, and the escape with it.</summary>
    /// <param name="term">A term of the vocabulary.</param>
    public string Spell(string term) => Type == VectorFieldType.SparseVector ? term : Escape(term);

    /// <summary>The term of a spelling.</summary>
    /// <param name="name">What <see cref="Spell"/> made.</param>
    public string Read(string name) => Type == VectorFieldType.SparseVector || !name.Contains('%', StringComparison.Ordinal) ? name
        : name.Replace("%2E", ".", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal);

    /// <summary>Escapes what a server reads as a path in a field's name.</summary>
    /// <param name="name">Any name.</param>
    public static string Escape(string name) => name.AsSpan().IndexOfAny('.', '%') < 0 ? name
        : name.Replace("%", "%25", StringComparison.Ordinal).Replace(".", "%2E", StringComparison.Ordinal);

    /// <summary>The dot product as a query.</summary>
    /// <param name="terms">Terms of the vocabulary.</param>
    /// <param name="weights">[terms] the local engine's integer weights; terms of weight 0 are left out.</param>
    /// <param name="path">The path that the field lies in, with a dot at its end; empty for documents.</param>
    /// <exception cref="ArgumentException">There are more terms than servers take.</exception>
    public JsonObject Query(IReadOnlyList<string> terms, ReadOnlySpan<ushort> weights, string path)
    {
        var clauses = new JsonArray();
        var tokens = new JsonObject();
        string field = path + Name;
        bool byClauses = Type == VectorFieldType.RankFeatures && !UsesNeuralSparse;
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i] == 0)
            {
                continue;
            }

            string token = Spell(terms[i]);
            double weight = (double)weights[i] / WeightUnit;
            if (byClauses)
            {
                clauses.Add(new JsonObject { ["rank_feature"] = new JsonObject { ["field"] = $"{field}.{token}", ["linear"] = new JsonObject(), ["boost"] = weight } });
            }
            else
            {
                tokens[token] = weight;
            }
        }

        if (Math.Max(clauses.Count, tokens.Count) is > MostTerms and var count)
        {
            throw new ArgumentException($"The query has {count:N0} terms, and servers take {MostTerms:N0}; use a shorter text, or prune its vector.", nameof(terms));
        }

        return byClauses ? new JsonObject { ["bool"] = new JsonObject { ["should"] = clauses, ["minimum_should_match"] = 1 } }
            : UsesNeuralSparse ? new JsonObject { ["neural_sparse"] = new JsonObject { [field] = new JsonObject { ["query_tokens"] = tokens } } }
            : new JsonObject { ["sparse_vector"] = new JsonObject { ["field"] = field, ["query_vector"] = tokens, ["prune"] = false } };
    }
}
