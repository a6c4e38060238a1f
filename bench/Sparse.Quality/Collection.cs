using System.Security.Cryptography;
using Sparse.Evaluation;
using Sparse.Formats;

namespace Sparse.Quality;

/// <summary>A test collection in memory: documents in file order, and the judged queries only.</summary>
internal sealed class Collection
{
    private Collection(string name, CorpusDocument[] documents, QueryText[] queries, Qrels qrels, string hash)
    {
        Name = name;
        Documents = documents;
        Queries = queries;
        Qrels = qrels;
        Hash = hash;
    }

    internal string Name { get; }

    internal CorpusDocument[] Documents { get; }

    internal QueryText[] Queries { get; }

    internal Qrels Qrels { get; }

    /// <summary>Over corpus and queries: names cached vectors.</summary>
    internal string Hash { get; }

    internal static Collection Read(string data, string name)
    {
        string folder = Path.Combine(data, name);
        string queriesPath = Path.Combine(folder, "queries.jsonl");
        Qrels qrels = Qrels.Read(Path.Combine(folder, "qrels", "test.tsv"));
        CorpusDocument[] documents = [.. Corpus.Open([folder], CorpusFormat.Beir)];
        Dictionary<string, QueryText> queries = QueryFile.Read(queriesPath).ToDictionary(query => query.Id);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(File.ReadAllBytes(Path.Combine(folder, "corpus.jsonl")));
        hash.AppendData(File.ReadAllBytes(queriesPath));
        hash.AppendData(File.ReadAllBytes(Path.Combine(folder, "qrels", "test.tsv")));
        return new Collection(
            name,
            documents,
            [.. qrels.QueryIds.Select(id => queries.TryGetValue(id, out QueryText? query)
                ? query
                : throw new BadInputException(queriesPath, 0, $"no query '{id}', which {name}'s judgements name."))],
            qrels,
            Convert.ToHexStringLower(hash.GetHashAndReset())[..16]);
    }
}
