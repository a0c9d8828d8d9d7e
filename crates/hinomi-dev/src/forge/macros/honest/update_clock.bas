Option Explicit
Private 次回 As Date

Public Sub 時計開始()
    Sheet1.Range("A1").Value = Now
    次回 = Now + TimeValue("00:01:00")
    Application.OnTime 次回, "時計開始"
End Sub

Public Sub 時計停止()
    On Error Resume Next
    Application.OnTime 次回, "時計開始", , False
End Sub
