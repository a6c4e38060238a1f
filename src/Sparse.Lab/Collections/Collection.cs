using System.IO.Compression;
using Sparse.Evaluation;
using Sparse.Formats;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.Lab.Collections;

/// <summary>A test collection in memory: documents in file order, and the judged queries only.</summary>
/// <remarks>
/// Three layouts: BEIR's (corpus.jsonl, queries.jsonl, qrels/SPLIT.tsv; a folder or a zip of one), SMART's (NAME.ALL, NAME.QRY, NAME.REL, as CISI
/// and its kin are spread), and TREC's (a folder with topics*, qrels* and a corpus of any kind that can be indexed).
/// </remarks>
internal sealed class Collection
{
    private const int DocumentsPerBatch = 2048;

    private Collection(string name, CorpusDocument[] documents, IReadOnlyList<QueryText> queries, Qrels qrels, string queriesPath)
    {
        Name = name;
        Documents = documents;
        var byId = queries.ToDictionary(query => query.Id, StringComparer.Ordinal);
        Queries = [.. qrels.QueryIds.Select(id => byId.TryGetValue(id, out QueryText? query)
            ? query : throw new BadInputException(queriesPath, 0, $"no query '{id}', which {name}'s judgements name."))];
        Qrels = qrels;
    }

    /// <summary>Its name.</summary>
    internal string Name { get; }

    /// <summary>The documents.</summary>
    internal CorpusDocument[] Documents { get; }

    /// <summary>The judged queries, in the order of the judgements.</summary>
    internal QueryText[] Queries { get; }

    /// <summary>The judgements.</summary>
    internal Qrels Qrels { get; }

    /// <summary>Reads a collection.</summary>
    /// <param name="data">The folder of collections.</param>
    /// <param name="name">A folder in it.</param>
    internal static Collection Read(string data, string name) => Read(Path.Combine(data, name), name, "test");

    /// <summary>Reads a collection of any layout.</summary>
    /// <param name="path">A folder, or a zip of one.</param>
    /// <param name="name">Its name.</param>
    /// <param name="split">Which judgements, where there are several.</param>
    /// <exception cref="BadInputException">A part is missing or malformed.</exception>
    internal static Collection Read(string path, string name, string split)
    {
        if (!path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
        {
            return ReadFolder(path, name, split);
        }

        string folder = Directory.CreateTempSubdirectory("sparse-collection-").FullName;
        try
        {
            ZipFile.ExtractToDirectory(path, folder);
            string inner = Directory.EnumerateFiles(folder, "corpus.jsonl", SearchOption.AllDirectories).Select(Path.GetDirectoryName).FirstOrDefault() ?? folder;
            return ReadFolder(inner, name, split);
        }
        catch (InvalidDataException exception)
        {
            throw new BadInputException(path, 0, $"no zip of a collection ({exception.Message.TrimEnd('.')}); expected corpus.jsonl, queries.jsonl and qrels/{split}.tsv in it.", exception);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Puts the documents into an index and commits.</summary>
    /// <param name="index">The index.</param>
    /// <param name="documents">Which; a collection's own, or a sample of them.</param>
    /// <param name="vectors">Their vectors, in the same order; null for text alone, or to have them encoded.</param>
    /// <param name="progress">Told after each batch: how many are in.</param>
    /// <param name="stop">Stops between batches; nothing is committed then.</param>
    internal static void AddTo(SparseIndex index, CorpusDocument[] documents, TermVector[]? vectors, Action<int>? progress = null, CancellationToken stop = default)
    {
        int done = 0;
        foreach (CorpusDocument[] batch in documents.Chunk(DocumentsPerBatch))
        {
            stop.ThrowIfCancellationRequested();
            index.Add([.. batch.Select((document, i) => new SparseDocument(document.Id, document.Text) { Title = document.Title, Vector = vectors?[done + i] })], stop);
            done += batch.Length;
            progress?.Invoke(done);
        }

        index.Commit();
    }

    private static Collection ReadFolder(string folder, string name, string split)
    {
        if (!Directory.Exists(folder))
        {
            throw new BadInputException(folder, 0, "there is no such folder; expected a collection.");
        }

        if (File.Exists(Path.Combine(folder, "corpus.jsonl")))
        {
            string queries = Path.Combine(folder, "queries.jsonl");
            return new Collection(name, [.. Corpus.Open([folder], CorpusFormat.Beir)], QueryFile.Read(queries), Qrels.Read(Path.Combine(folder, "qrels", split + ".tsv")), queries);
        }

        string? Named(params string[] patterns) => patterns.SelectMany(pattern => Directory.EnumerateFiles(folder, pattern, new EnumerationOptions { MatchCasing = MatchCasing.CaseInsensitive }))
            .Order(StringComparer.Ordinal).FirstOrDefault();
        if (Named("*.all", "cran.all*", "*.all.*") is { } all && Named("*.qry") is { } asked && (Named("*.rel") ?? Named("*qrel*")) is { } judged)
        {
            return new Collection(name, [.. SmartFile.Documents(all)], SmartFile.Queries(asked), SmartFile.Judgements(judged), asked);
        }

        if (Named("topics*") is { } topics && Named("qrels*") is { } qrels)
        {
            string[] rest = [.. Directory.EnumerateFileSystemEntries(folder).Where(entry => entry != topics && entry != qrels).Order(StringComparer.Ordinal)];
            return new Collection(name, [.. Corpus.Open(rest)], TopicFile.Read(topics), Qrels.Read(qrels), topics);
        }

        throw new BadInputException(folder, 0, "no collection that is known; expected corpus.jsonl with queries.jsonl and qrels/, *.ALL with *.QRY and *.REL, or topics* with qrels* beside a corpus.");
    }
}
