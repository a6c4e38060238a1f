using System.Globalization;
using Sparse.LuceneNet.Storage;

namespace Sparse.LuceneNet.Tests.Storage;

[TestFixture]
internal sealed class IdFilterTests
{
    [Test]
    public void Ids_that_were_added_may_be_there_and_hardly_any_others([Values(0, 1, 65_536, 65_537, 500_000)] int count)
    {
        var filter = new IdFilter();
        for (int i = 0; i < count; i++)
        {
            filter.Add(Id(i));
        }

        Assert.That(Enumerable.Range(0, count).Count(i => filter.MayContain(Id(i))), Is.EqualTo(count));
        Assert.That(Enumerable.Range(count, 100_000).Count(i => filter.MayContain(Id(i))), Is.LessThan(count == 0 ? 1 : 2_000), "of 100,000");
    }

    [Test]
    public void Ids_added_again_and_again_take_no_room()
    {
        var filter = new IdFilter();
        for (int i = 0; i < 1_000_000; i++)
        {
            filter.Add(Id(i % 1000));
        }

        Assert.That(filter.Bytes, Is.LessThan(200_000));
    }

    private static string Id(int number) => number.ToString(CultureInfo.InvariantCulture);
}
