using Lucene.Net.Analysis.Standard;
using Lucene.Net.Documents;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Store;
using Lucene.Net.Util;
using Sparse.Encoders.Splade;
using Sparse.LuceneNet.Impacts;
using Sparse.LuceneNet.Postings;
using Sparse.LuceneNet.Queries;
using Sparse.Vectors;

namespace Sparse.LuceneNet.Tests;

/// <summary>The README's code for an application with an IndexWriter of its own.</summary>
internal sealed class OwnApplicationTests
{
    [Test]
    public void Readme_snippet_finds_the_page_that_shares_no_word_with_the_query()
    {
        using var directory = new RAMDirectory();
        using var analyzer = new StandardAnalyzer(LuceneVersion.LUCENE_48);
        using SpladeEncoder encoder = SpladeEncoder.BuiltIn();
        var quantizer = ImpactQuantizer.ForMaxWeight(encoder.MaxWeight);
        var config = new IndexWriterConfig(LuceneVersion.LUCENE_48, analyzer)
        {
            Codec = new SparseCodec(new Dictionary<string, SparseFieldFormat>
            {
                ["sparse"] = new(quantizer.Scale, encoder.Identity),
                ["title"] = new(quantizer.Scale, encoder.Identity),
            }),
        };
        using var writer = new IndexWriter(directory, config);
        string[] texts = ["Show how much of a volume is in use.", "Repair of old cars and trucks.", "A recipe for apple cake."];
        foreach (TermVector vector in encoder.Encode(texts))
        {
            ImpactVector impacts = quantizer.Quantize(vector, out _);
            writer.AddDocument(new Document { new PackedImpactField("sparse", impacts, encoder.Vocabulary), new PackedImpactField("title", impacts, encoder.Vocabulary) });
        }

        using DirectoryReader reader = writer.GetReader(applyAllDeletes: true);
        TermVector words = encoder.Encode(["automobile mechanic"])[0];
        var query = new SparseQuery("sparse", words, encoder.Vocabulary);
        var several = new SparseQuery(query, new SparseQuery("title", words, encoder.Vocabulary) { Boost = 2 });
        TopDocs stock = new IndexSearcher(reader).Search(query, 10);
        TopDocs pruned = new SparseSearcher(reader).Search(query, 10);
        Assert.Multiple(() =>
        {
            Assert.That(new SparseSearcher(reader).Search(several, 10).ScoreDocs[0].Score, Is.EqualTo(3 * stock.ScoreDocs[0].Score).Within(0.1).Percent);
            Assert.That(stock.ScoreDocs[0].Doc, Is.EqualTo(1));
            Assert.That(pruned.ScoreDocs.Select(hit => (hit.Doc, hit.Score)), Is.EqualTo(stock.ScoreDocs.Select(hit => (hit.Doc, hit.Score))));
        });
    }
}
