using Sparse.Encoders.Splade;
using Sparse.Formats;
using Sparse.LuceneNet;

using SpladeEncoder encoder = SpladeEncoder.BuiltIn();
using SparseIndex index = SparseIndex.OpenOrCreate("artifacts/quickstart-index", encoder);

if (index.Count == 0)
{
    foreach (CorpusDocument[] batch in Corpus.Open(["samples/corpus"]).Chunk(64))
    {
        index.Add([.. batch.Select(page => new SparseDocument(page.Id, page.Text) { Title = page.Title })]);
    }

    index.Commit();
}

string query = args.Length > 0 ? string.Join(' ', args) : "how much space is left on the disk";
foreach (SearchHit hit in index.Search(query, k: 5).Hits)
{
    Console.WriteLine($"{hit.Rank}. {hit.Score,6:F2}  {hit.Title}: {hit.Text[..Math.Min(90, hit.Text.Length)]}");
}
