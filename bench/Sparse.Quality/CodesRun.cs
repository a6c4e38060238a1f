using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Sparse.Encoders.Splade;
using Sparse.Evaluation;
using Sparse.Formats;
using Sparse.Fusion;
using Sparse.Lab.Collections;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.Quality;

/// <summary>Queries that are flags, identifiers and error codes, drawn from a collection's own texts; right are the documents that hold the code as it is.</summary>
internal sealed partial class CodesRun(string data, VectorCache cache, SpladeEncoder encoder, string indexFolder)
{
    private const int Queries = 400;
    private const int MostHolders = 5;
    private const int Seed = 20261124;
    private const int Hits = 10;

    private static readonly Measure ReciprocalRank = Evaluation.Measure.Parse("RR@10");

    /// <summary>Measures collections.</summary>
    /// <returns>A table as Markdown.</returns>
    internal string Measure(IEnumerable<string> names, string command)
    {
        var text = new StringBuilder();
        text.Append("# Codes: hybrid search with and without routing\n\n");
        text.Append(CultureInfo.InvariantCulture, $"`{command}`\n\n");
        text.Append(CultureInfo.InvariantCulture, $"RR@10, built-in model. {Queries} codes a collection, drawn (seed {Seed}) from its texts among flags (`--no-preserve-root`), identifiers (`file_in_archive`,\n");
        text.Append(CultureInfo.InvariantCulture, $"`maxHits`, `vds.filestor`) and codes with digits (`0x80070070`) that 1 to {MostHolders} documents hold: half as they are, half as \"what does … do\". Right are the\n");
        text.Append("documents that hold the code letter by letter, in the same case. `routed`: queries of which a word was routed.\n\n");
        text.Append("| collection | queries | BM25 | sparse | hybrid | hybrid without routing | routed |\n|---|---|---|---|---|---|---|\n");
        foreach (string name in names)
        {
            foreach (string line in Lines(name))
            {
                text.Append(line).Append('\n');
            }
        }

        return text.ToString();
    }

    [GeneratedRegex(@"(?<![\w.-])(?:--[A-Za-z0-9][\w-]*\w|[A-Za-z]\w*(?:[_.:]\w+)+|[A-Za-z]*[a-z][A-Z]\w*|(?=\w*\d)(?=\w*[A-Za-z])\w{3,})(?![\w-])", RegexOptions.CultureInvariant)]
    private static partial Regex Code();

    private IEnumerable<string> Lines(string name)
    {
        CorpusDocument[] documents = [.. Corpus.Open([Path.Combine(data, name)], CorpusFormat.Beir)];
        var holders = new SortedDictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (CorpusDocument document in documents)
        {
            foreach (Match code in Code().Matches(document.FullText))
            {
                (holders.TryGetValue(code.Value, out HashSet<string>? known) ? known : holders[code.Value] = []).Add(document.Id);
            }
        }

        var random = new Random(Seed);
        string[] codes = [.. holders.Where(pair => pair.Value.Count <= MostHolders).Select(pair => pair.Key).OrderBy(_ => random.Next()).Take(Queries)];
        TermVector[] vectors = cache.Get($"codes-{name}-documents", encoder, [.. documents.Select(document => document.FullText)]);
        string folder = Path.Combine(indexFolder, $"codes-{name}");
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        using var index = SparseIndex.Create(folder, encoder);
        index.Add([.. documents.Select((document, i) => new SparseDocument(document.Id, document.Text) { Title = document.Title, Vector = vectors[i] })]);
        index.Commit();
        yield return Line(index, $"{name}, as they are", codes[..(codes.Length / 2)], "{0}", holders);
        yield return Line(index, $"{name}, in a question", codes[(codes.Length / 2)..], "what does {0} do", holders);
    }

    private static string Line(SparseIndex index, string name, string[] codes, string form, SortedDictionary<string, HashSet<string>> holders)
    {
        var qrels = new StringWriter { NewLine = "\n" };
        foreach (string code in codes)
        {
            foreach (string holder in holders[code])
            {
                qrels.WriteLine($"{code}\t{holder}\t1");
            }
        }

        string file = Path.GetTempFileName();
        File.WriteAllText(file, "query-id\tcorpus-id\tscore\n" + qrels);
        Qrels judgements = Qrels.Read(file);
        File.Delete(file);
        int routed = 0;
        double Mean(SearchOptions options)
        {
            var run = new TrecRun();
            foreach (string code in codes)
            {
                SearchResult? result = Search(index, string.Format(CultureInfo.InvariantCulture, form, code), options);
                routed += result?.Routed.Count > 0 ? 1 : 0;
                run.Add(code, Rankings.Of(result));
            }

            return ReciprocalRank.Evaluate(judgements, run).Mean;
        }

        double words = Mean(new() { Mode = SearchMode.Bm25 });
        double terms = Mean(new() { Mode = SearchMode.Sparse });
        double without = Mean(new() { Mode = SearchMode.Hybrid, Fusion = new() { Routing = false } });
        double hybrid = Mean(new() { Mode = SearchMode.Hybrid });
        return string.Create(CultureInfo.InvariantCulture, $"| {name} | {codes.Length} | {words:F4} | {terms:F4} | {hybrid:F4} | {without:F4} | {routed} |");
    }

    private static SearchResult? Search(SparseIndex index, string query, SearchOptions options)
    {
        try
        {
            return index.Search(query, Hits, options with { WithStoredFields = false });
        }
        catch (ArgumentException)
        {
            // No word or no term to search by: it finds nothing.
            return null;
        }
    }
}
