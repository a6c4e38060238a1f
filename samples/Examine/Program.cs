using Examine;
using Examine.Sparse;
using ExampleSite;
using Sparse.Encoders.Splade;

using SpladeEncoder encoder = SpladeEncoder.BuiltIn();

// The one place that knows which engine is behind the name.
using var index = new SparseExamineIndex("ExternalIndex", "artifacts/examine-index", encoder, [new("tag", "raw"), new("updateDate", "datetime")]);
var site = new Site(new Manager(index));
site.Publish(1, "Repair of old cars", "Engines and brakes.", "workshop", new DateTime(2024, 5, 1));
site.Publish(2, "Apple cake", "Flour, apples and an oven.", "kitchen", new DateTime(2025, 9, 1));
foreach (ISearchResult result in site.Search(args.Length > 0 ? string.Join(' ', args) : "automobile mechanic"))
{
    Console.WriteLine($"{result.Score:F2} {result.Id} {result["nodeName"]}");
}
