using System.Runtime.Intrinsics;

namespace Sparse.Tests;

[TestFixture]
internal sealed class InstructionSetTests
{
    // A switch whose name is wrong does nothing and tells no one; .ci/run sets SPARSE_TEST_ISA beside each.
    [Test]
    public void Tests_run_on_the_instruction_set_that_they_were_asked_to()
    {
        string? wanted = Environment.GetEnvironmentVariable("SPARSE_TEST_ISA");
        if (wanted is null)
        {
            Assert.Ignore("skipped: SPARSE_TEST_ISA is not set, so any instruction set will do");
        }

        string live = Vector512.IsHardwareAccelerated ? "v512" : Vector256.IsHardwareAccelerated ? "v256" : Vector128.IsHardwareAccelerated ? "v128" : "scalar";
        Assert.That(live, Is.EqualTo(wanted));
    }
}
