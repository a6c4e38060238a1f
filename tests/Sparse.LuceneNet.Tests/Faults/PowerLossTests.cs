using Sparse.Chaos;
using Sparse.LuceneNet.Tests.Facade;

namespace Sparse.LuceneNet.Tests.Faults;

/// <summary>A short run of the campaign of bench/Sparse.Chaos.</summary>
[TestFixture]
internal sealed class PowerLossTests : IndexFixture
{
    [Test]
    public void When_the_power_goes_every_committed_document_stays_and_the_index_goes_on()
    {
        using var encoder = new HashEncoder();
        var losses = new PowerLoss(encoder, Pieces.Make(encoder, DamageTests.Texts(60)), IndexPath);
        Assert.That(Enumerable.Range(0, 25).Select(seed => losses.Run(seed)).OfType<string>(), Is.Empty);
    }

    [Test]
    public void On_a_disk_that_only_says_that_it_syncs_losses_show()
    {
        using var encoder = new HashEncoder();
        var losses = new PowerLoss(encoder, Pieces.Make(encoder, DamageTests.Texts(60)), IndexPath);
        Assert.That(Enumerable.Range(0, 15).Select(seed => losses.Run(seed, ignoresSync: true)).OfType<string>(), Is.Not.Empty);
    }
}
