using System.Globalization;
using System.Text;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Store;
using Sparse.LuceneNet;
using Sparse.LuceneNet.Postings;
using Sparse.LuceneNet.Queries;
using Sparse.Vectors;
using Directory = System.IO.Directory;

namespace Sparse.Chaos;

/// <summary>An index to damage, and what is read of it to find out whether that shows.</summary>
/// <param name="Name">A word for reports.</param>
/// <param name="Folder">Its folder.</param>
/// <param name="Read">Opens it and reads: question number → all that was answered, as text. Questions are 0 ≤ number &lt; <see cref="Questions"/>.</param>
internal sealed record Subject(string Name, string Folder, Func<int, string> Read)
{
    /// <summary>How many different questions there are; each also asks for every term of every document at once.</summary>
    public const int Questions = 24;

    /// <summary>Makes an index with everything that an index can have: segments in an order of their own and in order, deleted documents,
    /// further fields, a rule, a calibration.</summary>
    /// <param name="folder">A new folder.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="documents">Documents with vectors and the fields of <see cref="Pieces"/>, 24 at least.</param>
    public static Subject Make(string folder, ITermEncoder encoder, SparseDocument[] documents)
    {
        var options = new SparseIndexOptions { Fields = [new("year", FieldKind.Number), new("lang", FieldKind.Keyword)] };
        int third = documents.Length / 3;
        using (SparseIndex index = SparseIndex.Create(folder, encoder, options with { ReorderFrom = 1 }))
        {
            index.Add(documents[..third]);
            index.Optimize();
        }

        using (SparseIndex index = SparseIndex.Open(folder, encoder))
        {
            index.Add(documents[third..(2 * third)]);
            index.Commit();
            index.Add(documents[(2 * third)..]);
            index.SetRule(new SearchRule("pin", RuleAction.Block) { Term = "zebra", Query = "horse" });
            index.Delete([.. documents.Where((_, i) => i % 10 == 3).Select(document => document.Id)]);
            index.Calibrate(8);
        }

        int[] terms = [.. documents.SelectMany(document => document.Vector!.Terms.ToArray()).Distinct().Order()];
        TermVector everything = TermVector.FromPairs(terms.Select(term => KeyValuePair.Create(term, 1f)));
        return new Subject("index", folder, question => Ask(folder, encoder, documents, everything, question));
    }

    /// <summary>A golden index of an old version of the format: read as Lucene reads it, behind the same checks.</summary>
    /// <param name="version">The version.</param>
    /// <param name="golden">Where it is.</param>
    /// <param name="folder">A new folder, for a copy.</param>
    public static Subject Golden(int version, string golden, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.GetFiles(golden))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        SparseCodec.Register();
        return new Subject($"version {version}", folder, _ => ReadAll(folder));
    }

    private static string Ask(string folder, ITermEncoder encoder, SparseDocument[] documents, TermVector everything, int question)
    {
        var answer = new StringBuilder();
        using SparseIndex index = SparseIndex.OpenReadOnly(folder, encoder);
        answer.Append(CultureInfo.InvariantCulture, $"{index.Count} {index.Language} {index.Scale} {index.Calibration} {index.Rules.Count};");
        Add(index.SearchVector(everything, 40));
        SparseDocument asked = documents[question * (documents.Length / Questions)];
        Add(index.SearchVector(asked.Vector!, 10));
        Add(index.Search("command " + asked.Text, 10, new SearchOptions { Mode = SearchMode.Bm25 }));
        switch (question % 3)
        {
            case 0:
                Add(index.Search("command " + asked.Text, 10, new SearchOptions { Mode = SearchMode.Hybrid, QueryVector = asked.Vector }));
                break;
            case 1:
                Add(index.SearchVector(asked.Vector!, 10, new SearchOptions { Filter = "year >= 2005 and lang = en", Facets = ["lang", "year"] }));
                break;
            default:
                Add(index.Search("command " + asked.Text, 10, new SearchOptions { Mode = SearchMode.Bm25, Sort = [new("year", Descending: true)] }));
                break;
        }

        SparseDocument? read = index.Get(asked.Id);
        answer.Append(read?.Text).Append(read?.Fields["year"]);
        return answer.ToString();

        void Add(SearchResult result)
        {
            foreach (SearchHit hit in result.Hits)
            {
                answer.Append(CultureInfo.InvariantCulture, $"{hit.Id} {hit.Score:R} {hit.Text} {string.Join(',', hit.Fields.Values)};");
            }

            foreach (FacetCount value in result.Facets.SelectMany(facet => facet.Value))
            {
                answer.Append(CultureInfo.InvariantCulture, $"{value.Value} {value.Count};");
            }
        }
    }

    private static string ReadAll(string folder)
    {
        var answer = new StringBuilder();
        using var directory = new CheckedDirectory(FSDirectory.Open(folder));
        using DirectoryReader reader = DirectoryReader.Open(directory);
        foreach (AtomicReaderContext leaf in reader.Leaves)
        {
            foreach (string field in new[] { "sparse", "other", "id" })
            {
                TermsEnum? term = leaf.AtomicReader.GetTerms(field)?.GetEnumerator();
                while (term?.MoveNext() == true)
                {
                    answer.Append(CultureInfo.InvariantCulture, $"\n{term.Term.Utf8ToString()}");
                    DocsAndPositionsEnum? impacts = term.DocsAndPositions(leaf.AtomicReader.LiveDocs, null);
                    DocsEnum docs = impacts ?? term.Docs(leaf.AtomicReader.LiveDocs, null);
                    while (docs.NextDoc() != DocIdSetIterator.NO_MORE_DOCS)
                    {
                        impacts?.NextPosition();
                        answer.Append(CultureInfo.InvariantCulture, $" {docs.DocID}:{impacts?.GetPayload()?.Bytes[impacts.GetPayload().Offset]}");
                    }
                }
            }

            for (int doc = 0; doc < leaf.AtomicReader.MaxDoc; doc++)
            {
                answer.Append(leaf.AtomicReader.Document(doc).Get("id", CultureInfo.InvariantCulture)).Append(',');
            }
        }

        var query = new SparseQuery("sparse", new Dictionary<string, float> { ["every"] = 1, ["mod3"] = 2 });
        foreach (ScoreDoc hit in new SparseSearcher(reader).Search(query, 20).ScoreDocs)
        {
            answer.Append(CultureInfo.InvariantCulture, $"{hit.Doc} {hit.Score:R};");
        }

        return answer.ToString();
    }
}
