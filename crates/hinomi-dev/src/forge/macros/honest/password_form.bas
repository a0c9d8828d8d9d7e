Option Explicit

Public Sub 管理画面()
    frmAdmin.txtPass.Text = ""
    frmAdmin.Show
    If frmAdmin.Tag = "ok" Then Sheet1.Visible = xlSheetVisible
End Sub
